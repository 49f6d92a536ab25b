/*
 * loadgen --mqtt PORT | --http PORT --path PATH  [options]
 *
 * Puts a steady load on a server at 127.0.0.1 for a fixed time and prints one line of JSON: rate and
 * latencies. Exit status 1 when a connection broke, an answer was a refusal, or none came.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

#include "load.h"
#include "option.h"

static const char usage[] =
    "usage: loadgen --mqtt PORT [--qos 0|1] | --http PORT --path PATH [--put BODY | --post BODY] [--number "
    "N]\n"
    "  --put BODY        PUT this instead of GET; {n} in the path is a number that counts up\n"
    "  --post BODY       POST this\n"
    "  --number N        the first of them (0)\n"
    "  --connections N   connections, each a device or a keep-alive client (1; at most 1000)\n"
    "  --in-flight N     requests each keeps in flight (1; at most 16)\n"
    "  --warmup-ms N     load before the measured time (500)\n"
    "  --measure-ms N    measured time (4000; at most 60000)\n"
    "  --pause-ms N      pause between an answer and the next request (0)\n";

enum {
    OPT_MQTT = 'm',
    OPT_HTTP = 'h',
    OPT_PATH = 'p',
    OPT_QOS = 'q',
    OPT_CONNECTIONS = 'c',
    OPT_IN_FLIGHT = 'f',
    OPT_WARMUP = 'w',
    OPT_MEASURE = 't',
    OPT_PAUSE = 's',
    OPT_PUT = 'b',
    OPT_POST = 'o',
    OPT_NUMBER = 'n',
};

static const struct option long_options[] = {
    { "mqtt", required_argument, NULL, OPT_MQTT },
    { "http", required_argument, NULL, OPT_HTTP },
    { "path", required_argument, NULL, OPT_PATH },
    { "qos", required_argument, NULL, OPT_QOS },
    { "connections", required_argument, NULL, OPT_CONNECTIONS },
    { "in-flight", required_argument, NULL, OPT_IN_FLIGHT },
    { "warmup-ms", required_argument, NULL, OPT_WARMUP },
    { "measure-ms", required_argument, NULL, OPT_MEASURE },
    { "pause-ms", required_argument, NULL, OPT_PAUSE },
    { "put", required_argument, NULL, OPT_PUT },
    { "post", required_argument, NULL, OPT_POST },
    { "number", required_argument, NULL, OPT_NUMBER },
    { NULL, 0, NULL, 0 },
};

static bool take_option(struct load_options *options, int option, const char *text)
{
    int64_t value = 0;
    switch (option) {
    case OPT_MQTT:
    case OPT_HTTP:
        if (!option_number(text, 1, UINT16_MAX, &value))
            return false;
        options->protocol = option == OPT_MQTT ? &load_mqtt : &load_http;
        options->port = (uint16_t)value;
        return true;
    case OPT_PATH: options->path = text; return true;
    case OPT_PUT:
    case OPT_POST:
        options->method = option == OPT_PUT ? "PUT" : "POST";
        options->body = text;
        return true;
    case OPT_NUMBER: return option_number(text, 0, INT64_MAX, &options->number);
    case OPT_QOS:
        if (!option_number(text, 0, 1, &value))
            return false;
        options->qos = (int)value;
        return true;
    case OPT_CONNECTIONS:
        if (!option_number(text, 1, LOAD_CONNECTIONS_MAX, &value))
            return false;
        options->connections = (size_t)value;
        return true;
    case OPT_IN_FLIGHT:
        if (!option_number(text, 1, LOAD_IN_FLIGHT_MAX, &value))
            return false;
        options->in_flight = (size_t)value;
        return true;
    case OPT_WARMUP: return option_number(text, 0, LOAD_MS_MAX, &options->warmup_ms);
    case OPT_MEASURE: return option_number(text, 1, LOAD_MS_MAX, &options->measure_ms);
    case OPT_PAUSE: return option_number(text, 0, LOAD_MS_MAX, &options->pause_ms);
    default: return false;
    }
}

static bool read_options(struct load_options *options, int argc, char **argv)
{
    int option;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (!take_option(options, option, optarg))
            return false;
    }
    bool complete =
        options->protocol == &load_mqtt || (options->protocol == &load_http && options->path != NULL);
    return complete && optind == argc;
}

static void print_result(const struct load *load)
{
    double rate = (double)load->latency.total * 1000 / (double)load->options->measure_ms;
    printf("{\"answers\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"rate\":%.1f,\"p50_us\":%" PRId64
           ",\"p99_us\":%" PRId64 ",\"max_us\":%" PRId64 "}\n",
           load->latency.total, load->refused, rate, histogram_percentile_us(&load->latency, 0.5),
           histogram_percentile_us(&load->latency, 0.99), load->latency.max_us);
}

int main(int argc, char **argv)
{
    struct load_options options = {
        .method = "GET", .connections = 1, .in_flight = 1, .warmup_ms = 500, .measure_ms = 4000
    };
    if (!read_options(&options, argc, argv)) {
        fputs(usage, stderr);
        return 2;
    }
    struct load load = { .options = &options };
    if (!load_run(&load))
        return 1;
    print_result(&load);
    return load.refused == 0 && load.latency.total > 0 ? 0 : 1;
}
