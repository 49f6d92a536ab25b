/* cmocka, with the headers that it needs before it. */
#ifndef IOTJOBS_TESTS_CMOCKA_ALL_H
#define IOTJOBS_TESTS_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* cmocka's `fail` is a macro, and ours (api/errors.h) a function: tests end themselves with fail_msg. */
#undef fail
#undef fail_msg
#define fail_msg(...)                                                                                        \
    do {                                                                                                     \
        print_error("ERROR: " __VA_ARGS__);                                                                  \
        print_error("\n");                                                                                   \
        _fail(__FILE__, __LINE__);                                                                           \
    } while (0)

#endif
