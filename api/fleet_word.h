/*
 * What the fleet index makes of values: words in lower case, and numbers (fleet index 2.1). Queries are read
 * the same way, so that both meet.
 */
#ifndef IOTJOBS_API_FLEET_WORD_H
#define IOTJOBS_API_FLEET_WORD_H

#include "base/arena.h"
#include "base/opt.h"

/* Takes the next word off the front of *value, which is valid UTF-8; words are separated by what Java calls
 * white space. False: there is none left. */
bool fleet_next_word(struct str *value, struct str *ret_word);

/* White space as Java's Character.isWhitespace has it. */
bool fleet_is_space(uint32_t character);

/* A copy in lower case (letters of ASCII: names, attributes and descriptions have no others). */
struct str fleet_lower(struct arena *arena, struct str text);

/* What the word is as a JSON number: integers of -2^53 to 2^53 - 1, and doubles. Not set: no number. */
struct opt_double fleet_number(struct str word);

#endif
