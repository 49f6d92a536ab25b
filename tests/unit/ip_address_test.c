#include "support/cmocka_all.h"

#include <unistd.h>

#include "base/ip_address.h"

static void addresses_of_both_families_are_read(void **state)
{
    (void)state;
    struct ip_address address;
    assert_true(ip_address_parse("127.0.0.1", 5627, &address));
    assert_int_equal(address.any.sa_family, AF_INET);
    assert_int_equal(ntohs(address.v4.sin_port), 5627);
    assert_int_equal(address.n, sizeof address.v4);
    assert_true(ip_address_parse("::1", 5627, &address));
    assert_int_equal(address.any.sa_family, AF_INET6);
    assert_int_equal(address.n, sizeof address.v6);
}

static void what_is_no_address_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    struct ip_address address = { .n = 7 };
    static const char *const texts[] = {
        "", "localhost", "127.0.0", "127.0.0.1 ", "[::1]", "::1%lo", "0x7f.1"
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_false(ip_address_parse(texts[i], 1, &address));
    assert_int_equal(address.n, 7);
}

static void loopback_and_every_address_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool loopback, any;
    } rows[] = {
        { "127.0.0.1", true, false },  { "127.255.0.9", true, false },  { "::1", true, false },
        { "0.0.0.0", false, true },    { "::", false, true },           { "192.0.2.1", false, false },
        { "128.0.0.1", false, false }, { "2001:db8::1", false, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ip_address address;
        assert_true(ip_address_parse(rows[i].text, 0, &address));
        assert_int_equal(ip_address_is_loopback(&address), rows[i].loopback);
        assert_int_equal(ip_address_is_any(&address), rows[i].any);
    }
}

static void a_port_is_listened_on_once(void **state)
{
    (void)state;
    struct ip_address address;
    assert_true(ip_address_parse("127.0.0.1", 0, &address));
    int first = ip_address_listen(&address);
    assert_true(first >= 0);
    assert_int_equal(getsockname(first, &address.any, &address.n), 0);
    assert_int_equal(ip_address_listen(&address), -1);
    close(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_of_both_families_are_read),
        cmocka_unit_test(what_is_no_address_is_refused_and_changes_nothing),
        cmocka_unit_test(loopback_and_every_address_are_told_apart),
        cmocka_unit_test(a_port_is_listened_on_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
