/* Built without what tests/hardening/check_binaries looks for, to see that it is missed. */
#include <stdio.h>

int main(int argc, char **argv)
{
    char text[64];
    snprintf(text, sizeof text, "%s", argv[argc - 1]);
    return puts(text) < 0;
}
