/* UTF-8: validity and code points. */
#ifndef IOTJOBS_BASE_UTF8_H
#define IOTJOBS_BASE_UTF8_H

#include "base/str.h"

/* Well-formed UTF-8: no overlong forms, no surrogates, nothing past U+10FFFF. */
bool utf8_valid(struct str s);

/* Takes the next code point off the front of *s, which must be valid UTF-8 and not empty. */
uint32_t utf8_next(struct str *s);

/* Number of code points of valid UTF-8. AWS counts lengths in characters, not bytes. */
size_t utf8_length(struct str s);

#endif
