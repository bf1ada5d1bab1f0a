// OpenSSL's headers, and functions for those of its calls that are macros, which Swift cannot see.
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

static inline int shim_SSL_CTX_set_min_proto_version(SSL_CTX *context, int version) {
    return SSL_CTX_set_min_proto_version(context, version);
}

static inline void shim_SSL_CTX_set_read_ahead(SSL_CTX *context, int on) {
    SSL_CTX_set_read_ahead(context, on);
}

static inline void shim_SSL_CTX_set_session_cache_mode(SSL_CTX *context, long mode) {
    SSL_CTX_set_session_cache_mode(context, mode);
}

static inline void shim_SSL_CTX_set_mode(SSL_CTX *context, long mode) {
    SSL_CTX_set_mode(context, mode);
}

static inline int shim_SSL_CTX_add1_chain_cert(SSL_CTX *context, X509 *certificate) {
    return (int)SSL_CTX_add1_chain_cert(context, certificate);
}

static inline int shim_SSL_set_tlsext_host_name(SSL *session, const char *name) {
    return (int)SSL_set_tlsext_host_name(session, name);
}

static inline int shim_EVP_PKEY_keygen_p256(EVP_PKEY **key) {
    *key = EVP_EC_gen("P-256");
    return *key != NULL;
}

static inline void shim_BIO_set_retry_read(BIO *bio) {
    BIO_set_retry_read(bio);
}

static inline void shim_BIO_set_retry_write(BIO *bio) {
    BIO_set_retry_write(bio);
}

static inline void shim_BIO_clear_retry_flags(BIO *bio) {
    BIO_clear_retry_flags(bio);
}

static inline long shim_BIO_get_mem_data(BIO *bio, char **data) {
    return BIO_get_mem_data(bio, data);
}

static inline int shim_GENERAL_NAMES_count(const GENERAL_NAMES *names) {
    return sk_GENERAL_NAME_num(names);
}

static inline const GENERAL_NAME *shim_GENERAL_NAMES_at(const GENERAL_NAMES *names, int index) {
    return sk_GENERAL_NAME_value(names, index);
}

// The string inside a name of type DNS or IP; null for every other type, whose payload is no string.
static inline const ASN1_STRING *shim_GENERAL_NAME_string(const GENERAL_NAME *name) {
    switch (name->type) {
    case GEN_DNS: return name->d.dNSName;
    case GEN_IPADD: return name->d.iPAddress;
    default: return NULL;
    }
}

static inline void *shim_X509_stack_new(void) {
    return sk_X509_new_null();
}

// Borrows the certificate: freeing the stack leaves it alone.
static inline int shim_X509_stack_push(void *stack, X509 *certificate) {
    return sk_X509_push((STACK_OF(X509) *)stack, certificate) > 0;
}

static inline void shim_X509_stack_free(void *stack) {
    sk_X509_free((STACK_OF(X509) *)stack);
}

static inline int shim_X509_STORE_CTX_init(X509_STORE_CTX *context, X509_STORE *roots, X509 *leaf, void *others) {
    return X509_STORE_CTX_init(context, roots, leaf, (STACK_OF(X509) *)others);
}

// 64-bit constants built by a macro call.
static const uint64_t shim_SSL_OP_NO_RENEGOTIATION = SSL_OP_NO_RENEGOTIATION;
static const uint64_t shim_SSL_OP_NO_COMPRESSION = SSL_OP_NO_COMPRESSION;
