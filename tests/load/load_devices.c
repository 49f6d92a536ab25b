/*
 * load_devices --mqtt PORT --name NAME [options]
 *
 * Devices NAME-thing-0… that update the executions of NAME-job-0… and judge every answer; see fleet.h for
 * what standard input says. Says "open" when all are connected, and at the end one line of JSON: counts,
 * latencies by phase, requests by device. Exit status 1 when a connection broke or any answer was not right.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

#include "fleet.h"
#include "option.h"

static const char usage[] =
    "usage: load_devices --mqtt PORT --name NAME\n"
    "  --devices N           (1; at most 5000)\n"
    "  --qos 0|1             of the requests (1)\n"
    "  --every-us N          each sends so often, answered or not; 0: as soon as it has its answer (0)\n"
    "  --answer-within-ms N  an answer that takes longer is lost (20000)\n"
    "Standard input: a line begins a phase of that name, the end ends the load.\n";

enum {
    OPT_MQTT = 'm',
    OPT_NAME = 'n',
    OPT_DEVICES = 'd',
    OPT_QOS = 'q',
    OPT_EVERY = 'e',
    OPT_WITHIN = 'w',
};

static const struct option long_options[] = {
    { "mqtt", required_argument, NULL, OPT_MQTT },
    { "name", required_argument, NULL, OPT_NAME },
    { "devices", required_argument, NULL, OPT_DEVICES },
    { "qos", required_argument, NULL, OPT_QOS },
    { "every-us", required_argument, NULL, OPT_EVERY },
    { "answer-within-ms", required_argument, NULL, OPT_WITHIN },
    { NULL, 0, NULL, 0 },
};

static bool take_option(struct fleet_options *options, int option, const char *text)
{
    enum { AN_HOUR_MS = 3600 * 1000, A_MINUTE_US = 60 * 1000000 };
    int64_t value = 0;
    bool ok = false;
    switch (option) {
    case OPT_MQTT:
        ok = option_number(text, 1, UINT16_MAX, &value);
        options->port = (uint16_t)value;
        return ok;
    case OPT_NAME: options->name = text; return true;
    case OPT_DEVICES:
        ok = option_number(text, 1, FLEET_DEVICES_MAX, &value);
        options->devices = (size_t)value;
        return ok;
    case OPT_QOS:
        ok = option_number(text, 0, 1, &value);
        options->qos = (int)value;
        return ok;
    case OPT_EVERY: return option_number(text, 0, A_MINUTE_US, &options->every_us);
    case OPT_WITHIN:
        ok = option_number(text, 1, AN_HOUR_MS, &value);
        options->answer_within_us = value * 1000;
        return ok;
    default: return false;
    }
}

static bool read_options(struct fleet_options *options, int argc, char **argv)
{
    int option;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (!take_option(options, option, optarg))
            return false;
    }
    return options->port != 0 && options->name != NULL && optind == argc;
}

static void print_phase(const struct phase *phase)
{
    double seconds = (double)(phase->ended_us - phase->began_us) / 1e6;
    printf("\"%s\":{\"seconds\":%.3f,\"answers\":%" PRIu64 ",\"p50_us\":%" PRId64 ",\"p99_us\":%" PRId64
           ",\"max_us\":%" PRId64 "}",
           phase->name, seconds, phase->latency.total, histogram_percentile_us(&phase->latency, 0.5),
           histogram_percentile_us(&phase->latency, 0.99), phase->latency.max_us);
}

static void print_result(const struct fleet *fleet)
{
    printf("{");
    for (size_t i = 0; i < VERDICT_COUNT; i++)
        printf("\"%s\":%" PRIu64 ",", verdict_name((enum verdict)i), fleet->verdicts[i]);
    printf("\"phases\":{");
    for (size_t i = 0; i < fleet->phase_count; i++) {
        printf("%s", i > 0 ? "," : "");
        print_phase(&fleet->phases[i]);
    }
    printf("},\"requests\":[");
    for (size_t i = 0; i < fleet->options->devices; i++)
        printf("%s%" PRIu64, i > 0 ? "," : "", fleet->devices[i].sent);
    printf("]}\n");
}

static bool all_right(const struct fleet *fleet)
{
    for (size_t i = ANSWER_RIGHT + 1; i < VERDICT_COUNT; i++) {
        if (fleet->verdicts[i] > 0)
            return false;
    }
    return fleet->verdicts[ANSWER_RIGHT] > 0;
}

int main(int argc, char **argv)
{
    struct fleet_options options = { .devices = 1, .qos = 1, .answer_within_us = 20 * 1000000 };
    if (!read_options(&options, argc, argv)) {
        fputs(usage, stderr);
        return 2;
    }
    struct fleet fleet;
    bool ok = fleet_run(&fleet, &options);
    if (ok) {
        print_result(&fleet);
        ok = all_right(&fleet);
    }
    fleet_release(&fleet);
    return ok ? 0 : 1;
}
