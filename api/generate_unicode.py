"""Range tables of the Unicode general categories that the model's patterns name."""

import unicodedata

CATEGORIES = {"C": "other", "L": "letter", "N": "number", "Z": "separator"}

SEARCH = """\
#include "api/unicode_classes.h"

#include <stddef.h>

struct range {
    uint32_t first, last;
};

static bool in_ranges(const struct range *ranges, size_t count, uint32_t code_point)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (code_point > ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && code_point >= ranges[low].first;
}
"""


def ranges_by_category():
    """{'C': [(first, last), ...], ...}, ascending."""
    found = {letter: [] for letter in CATEGORIES}
    for code_point in range(0x110000):
        ranges = found.get(unicodedata.category(chr(code_point))[0])
        if ranges is None:
            continue
        if ranges and ranges[-1][1] == code_point - 1:
            ranges[-1] = (ranges[-1][0], code_point)
        else:
            ranges.append((code_point, code_point))
    return found


def unicode_classes_c():
    out = [f"/* Generated from Unicode {unicodedata.unidata_version}; do not edit. */", SEARCH]
    for letter, ranges in ranges_by_category().items():
        name = CATEGORIES[letter]
        out.append(f"static const struct range {name}_ranges[] = {{")
        for start in range(0, len(ranges), 4):
            out.append("    " + " ".join(f"{{ 0x{a:x}, 0x{b:x} }}," for a, b in ranges[start:start + 4]))
        out.append("};\n")
        out.append(f"bool unicode_is_{name}(uint32_t code_point)\n{{")
        out.append(f"    return in_ranges({name}_ranges, sizeof({name}_ranges) / sizeof({name}_ranges[0]), code_point);")
        out.append("}\n")
    return "\n".join(out)
