// Lets the thread sanitizer see Swift's Mutex when it is contended.
//
// The fast path of Mutex is inlined into its users and instrumented with them. The slow path is not: it sits in Swift's
// own library, and hands the lock over inside the kernel (FUTEX_LOCK_PI), so that the sanitizer takes everything a
// contended lock protects for unprotected. Preloaded, this library stands before the slow path and says what it does.
// The functions' names and arguments are part of Swift's ABI (Synchronization.swiftinterface, struct _MutexHandle).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

// Weak, since the processes around the tests are preloaded too and have no sanitizer.
void __tsan_acquire(void *address) __attribute__((weak));
void __tsan_release(void *address) __attribute__((weak));

typedef void SWIFT Lock(uint32_t self_id, SELF void *handle);
typedef bool SWIFT TryLock(SELF void *handle);
typedef void SWIFT Unlock(SELF void *handle);

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void lock_slow(uint32_t self_id, SELF void *handle) __asm__(LOCK);
SWIFT bool try_lock_slow(SELF void *handle) __asm__(TRY_LOCK);
SWIFT void unlock_slow(SELF void *handle) __asm__(UNLOCK);

SWIFT void lock_slow(uint32_t self_id, SELF void *handle) {
    ((Lock *)dlsym(RTLD_NEXT, LOCK))(self_id, handle);
    if (__tsan_acquire) __tsan_acquire(handle);
}

SWIFT bool try_lock_slow(SELF void *handle) {
    bool locked = ((TryLock *)dlsym(RTLD_NEXT, TRY_LOCK))(handle);
    if (locked && __tsan_acquire) __tsan_acquire(handle);
    return locked;
}

SWIFT void unlock_slow(SELF void *handle) {
    if (__tsan_release) __tsan_release(handle);
    ((Unlock *)dlsym(RTLD_NEXT, UNLOCK))(handle);
}
