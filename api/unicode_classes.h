/* Unicode general categories; the tables behind them are generated (generate_unicode.py). */
#ifndef IOTJOBS_API_UNICODE_CLASSES_H
#define IOTJOBS_API_UNICODE_CLASSES_H

#include <stdbool.h>
#include <stdint.h>

bool unicode_is_other(uint32_t code_point);     /* \p{C}: control, format, surrogate, private, unassigned */
bool unicode_is_letter(uint32_t code_point);    /* \p{L} */
bool unicode_is_number(uint32_t code_point);    /* \p{N} */
bool unicode_is_separator(uint32_t code_point); /* \p{Z} */

#endif
