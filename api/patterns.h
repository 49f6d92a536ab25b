/*
 * The patterns of the model as functions; patterns.def lists them.
 *
 * Each takes valid UTF-8 and answers whether all of it matches. Classes mean what they mean in
 * Java, where the patterns come from: \w, \p{Upper}, \p{Digit} and \p{Graph} are ASCII;
 * \p{C}, \p{L}, \p{N} and \p{Z} are Unicode general categories.
 */
#ifndef IOTJOBS_API_PATTERNS_H
#define IOTJOBS_API_PATTERNS_H

#include "base/str.h"

#define PATTERN(name, pattern) bool pattern_##name(struct str text);
#include "patterns.def"
#undef PATTERN

#endif
