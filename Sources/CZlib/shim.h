// zlib's header, and functions for those of its calls that are macros, which Swift cannot see.
#pragma once

#include <zlib.h>

static inline int optimizationjob_inflateInit2(z_stream *stream, int windowBits) {
    return inflateInit2(stream, windowBits);
}

static inline int optimizationjob_deflateInit2(z_stream *stream, int level, int windowBits) {
    return deflateInit2(stream, level, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY);
}
