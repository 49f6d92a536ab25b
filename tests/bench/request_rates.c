/*
 * What asking for a request rate costs: without one, for a device that asks again and again, for a whole
 * fleet by turns, and where every request is somebody else's and takes the bucket of the one before. Prints
 * nanoseconds for one question; nothing is asserted.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/throttle.h"

enum { ROUNDS = 2000000, FLEET = 50000, CROWD = 1000000, ID_MAX = 65, US_NS = 1000 };

static const struct bench {
    const char *name;
    int64_t limit;
    int devices;
} benches[] = {
    { "no limit", 0, 1 },
    { "one device", 1000000, 1 },
    { "50,000 devices", 1000000, FLEET },
    { "1,000,000 devices", 1000000, CROWD },
};

/* Certificate ids, of which the first digits tell them apart. */
static char (*make_ids(void))[ID_MAX]
{
    char(*ids)[ID_MAX] = calloc(CROWD, sizeof *ids);
    for (int i = 0; ids && i < CROWD; i++)
        snprintf(ids[i], ID_MAX, "%08x%056x", (unsigned)i * 2654435761u, (unsigned)i);
    return ids;
}

static void run(const struct bench *bench, const char (*ids)[ID_MAX])
{
    struct settings settings;
    struct clock clock;
    struct throttle throttle;
    int admitted = 0;
    settings_init(&settings);
    settings.device_rate_limit = bench->limit;
    clock_init_real(&clock);
    if (!throttle_init(&throttle, &settings, &clock))
        exit(EXIT_FAILURE);
    int64_t begin_us = clock_mono_us();
    for (int i = 0; i < ROUNDS; i++) {
        const struct principal device = { .kind = PRINCIPAL_CERTIFICATE,
                                          .certificate_id = { ids[i % bench->devices], ID_MAX - 1 } };
        admitted += throttle_admit_principal(&throttle, &device);
    }
    printf("%-20s %6" PRId64 " ns  %d of %d admitted\n", bench->name,
           (clock_mono_us() - begin_us) * US_NS / ROUNDS, admitted, ROUNDS);
    throttle_release(&throttle);
    clock_release(&clock);
    settings_release(&settings);
}

int main(void)
{
    char(*ids)[ID_MAX] = make_ids();
    if (!ids)
        return EXIT_FAILURE;
    for (size_t i = 0; i < sizeof benches / sizeof *benches; i++)
        run(&benches[i], ids);
    free(ids);
    return EXIT_SUCCESS;
}
