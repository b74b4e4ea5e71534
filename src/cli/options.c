/*
 * cli/options.c: the command line.
 *
 * Limits are large by default: unlike a server, the CLI has the whole input at hand, and what is held costs one process only.
 */
#include "cli/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB ((size_t) 1024 * 1024)

enum { OPT_SITE = 256, OPT_URL, OPT_TYPE, OPT_CHARSET, OPT_DATE, OPT_CHUNK, OPT_EXPLAIN, OPT_PREVIEW, OPT_STATS, OPT_CHECK,
       OPT_PRESETS, OPT_CSP, OPT_HOLD, OPT_MEMORY, OPT_FEED_FIELDS, OPT_DIFF };

static const struct option long_options[] = {
    {"rules", required_argument, NULL, 'r'},
    {"rule", required_argument, NULL, 'e'},
    {"preset", required_argument, NULL, 'p'},
    {"site", required_argument, NULL, OPT_SITE},
    {"url", required_argument, NULL, OPT_URL},
    {"type", required_argument, NULL, OPT_TYPE},
    {"feed-fields", required_argument, NULL, OPT_FEED_FIELDS},
    {"charset", required_argument, NULL, OPT_CHARSET},
    {"date", required_argument, NULL, OPT_DATE},
    {"chunk", required_argument, NULL, OPT_CHUNK},
    {"explain", no_argument, NULL, OPT_EXPLAIN},
    {"preview", no_argument, NULL, OPT_PREVIEW},
    {"stats", no_argument, NULL, OPT_STATS},
    {"check", no_argument, NULL, OPT_CHECK},
    {"quiet", no_argument, NULL, 'q'},
    {"diff", no_argument, NULL, OPT_DIFF},
    {"presets", no_argument, NULL, OPT_PRESETS},
    {"csp", required_argument, NULL, OPT_CSP},
    {"hold", required_argument, NULL, OPT_HOLD},
    {"memory", required_argument, NULL, OPT_MEMORY},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

void af_cli_help(void)
{
    fputs("usage: article-filter [OPTION]... [FILE]\n"
          "       article-filter explain [OPTION]... FILE|-     only what --explain tells, on standard output\n"
          "       article-filter suggest FILE...                rules for what several pages of one site have in common\n"
          "Removes what the rules name from an HTML page (FILE or standard input) and writes the rest, byte for byte.\n"
          "\n"
          "  -r, --rules FILE      read rules from FILE\n"
          "  -e, --rule 'LINE'     a rule line\n"
          "  -p, --preset NAME     a preset; -r, -e and -p repeat and add up\n"
          "      --site HOST       the page's host, for site= (default: the host of --url)\n"
          "      --url URL         the page's address\n"
          "      --type TYPE       html, feed or auto (default)\n"
          "      --feed-fields 'NAME...'  the elements of a feed that hold HTML (default: those that do by custom)\n"
          "      --charset NAME    the charset that the Content-Type names\n"
          "      --date YYYY-MM-DD the date for rules with date=response or date=last-modified\n"
          "      --chunk N         feed N bytes at a time (default 64k)\n"
          "      --explain         tell each edit on standard error: LINE:COLUMN BYTES WHAT RULE TEXT\n"
          "      --diff            instead of the page, what changed of its words (coloured on a terminal)\n"
          "      --preview         remove nothing; outlines and a list show what would go\n"
          "      --stats           one JSON object on standard error\n"
          "      --check           only compile the rules; list what is wrong, does nothing or is skipped, and count all lines\n"
          "  -q, --quiet           with --check: count what is skipped, but do not list it\n"
          "      --presets         list the presets\n"
          "      --csp POLICY      print the Content-Security-Policy with the style of --preview let through\n"
          "      --hold SIZE       bytes held back at most (default 64m)\n"
          "      --memory SIZE     bytes of the filter's own memory at most (default 256m)\n"
          "      --help, --version\n"
          "\n"
          "Exit status: 0 filtered, 1 the input could not be filtered (it is passed through unchanged), 2 usage or rule error.\n",
          stdout);
}

static bool refuse(const char *option, const char *value, const char *expected)
{
    fprintf(stderr, "article-filter: %s: '%s' is not %s\n", option, value, expected);
    return false;
}

/* A positive number with an optional k, m or g. */
static bool read_size(const char *option, const char *text, size_t *out)
{
    size_t value = 0;
    const char *at = text;

    for (; *at >= '0' && *at <= '9'; at++) {
        if (value > SIZE_MAX / 2048) {
            return refuse(option, text, "a size that fits");
        }
        value = value * 10 + (size_t) (*at - '0');
    }
    unsigned shift = (*at | 0x20) == 'k' ? 10 : (*at | 0x20) == 'm' ? 20 : (*at | 0x20) == 'g' ? 30 : 0;
    if (at == text || value == 0 || at[shift > 0] != '\0' || value > (SIZE_MAX / 2) >> shift) {
        return refuse(option, text, "a size (a number above 0, with k, m or g if you like)");
    }
    *out = value << shift;
    return true;
}

static bool read_digits(const char **at, int count, int *out)
{
    *out = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (**at < '0' || **at > '9') {
            return false;
        }
        *out = *out * 10 + (**at - '0');
    }
    return true;
}

/* Days from 1970-01-01 in the Gregorian calendar: years begin in March, so that the leap day is the last. */
static int64_t days_since_1970(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t month_of_year = (month + 9) % 12;
    int64_t day_of_year = (153 * month_of_year + 2) / 5 + day - 1;

    return y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - 719468;
}

static bool read_date(const char *text, int64_t *out)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const char *at = text;
    int year, month, day;
    bool ok = read_digits(&at, 4, &year) && *at++ == '-' && read_digits(&at, 2, &month) && *at++ == '-' &&
              read_digits(&at, 2, &day) && *at == '\0';

    if (ok && year > 0 && month >= 1 && month <= 12) {
        bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        ok = day >= 1 && day <= days[month - 1] + (month == 2 && leap);
    } else {
        ok = false;
    }
    if (!ok) {
        return refuse("--date", text, "a date (YYYY-MM-DD)");
    }
    *out = days_since_1970(year, month, day) * 86400;
    return true;
}

static bool read_type(const char *text, af_type_t *out)
{
    static const char *const names[] = {"auto", "html", "feed"};
    static const af_type_t types[] = {AF_AUTO, AF_HTML, AF_FEED};

    for (size_t i = 0; i < 3; i++) {
        if (strcmp(text, names[i]) == 0) {
            *out = types[i];
            return true;
        }
    }
    return refuse("--type", text, "html, feed or auto");
}

static void add_source(af_cli_options_t *out, af_cli_kind_t kind, const char *value)
{
    out->sources[out->source_count++] = (af_cli_source_t){kind, value};
}

static bool take_option(af_cli_options_t *out, int option, const char *value)
{
    af_options_t *stream = &out->stream;

    switch (option) {
    case 'r': add_source(out, AF_CLI_FILE, value); return true;
    case 'e': add_source(out, AF_CLI_LINE, value); return true;
    case 'p': add_source(out, AF_CLI_PRESET, value); return true;
    case OPT_FEED_FIELDS: add_source(out, AF_CLI_FIELDS, value); return true;
    case 'h': out->task = AF_CLI_HELP; return true;
    case 'V': out->task = AF_CLI_VERSION; return true;
    case OPT_SITE: stream->site = value; return true;
    case OPT_URL: stream->url = value; return true;
    case OPT_TYPE: return read_type(value, &stream->type);
    case OPT_CHARSET: stream->charset = value; return true;
    case OPT_DATE:
        if (!read_date(value, &stream->date)) {
            return false;
        }
        stream->last_modified = stream->date;
        return true;
    case OPT_CHUNK: return read_size("--chunk", value, &out->chunk);
    case OPT_EXPLAIN: out->explain = true; return true;
    case OPT_PREVIEW: out->preview = true; stream->mode = AF_PREVIEW; return true;
    case 'q': out->quiet = true; return true;
    case OPT_DIFF: out->diff = true; return true;
    case OPT_STATS: out->stats = true; return true;
    case OPT_CHECK: out->task = AF_CLI_CHECK; return true;
    case OPT_PRESETS: out->task = AF_CLI_PRESETS; return true;
    case OPT_CSP: out->task = AF_CLI_CSP; out->policy = value; return true;
    case OPT_HOLD: return read_size("--hold", value, &stream->limits.hold);
    case OPT_MEMORY: return read_size("--memory", value, &stream->limits.memory);
    default: return false;
    }
}

/* The host of `url`, for site= rules, where no --site is given. */
static void site_of_url(af_cli_options_t *out)
{
    const char *host = out->stream.url == NULL ? NULL : strstr(out->stream.url, "://");

    if (host == NULL || out->stream.site != NULL) {
        return;
    }
    host += 3;
    size_t len = strcspn(host, "/?#");
    const char *at = memchr(host, '@', len);
    if (at != NULL) {
        len -= (size_t) (at + 1 - host);
        host = at + 1;
    }
    const char *colon = memchr(host, ':', len);
    if (colon != NULL) {
        len = (size_t) (colon - host);
    }
    if (len > 0 && len < sizeof out->site) {
        memcpy(out->site, host, len);
        out->site[len] = '\0';
        out->stream.site = out->site;
    }
}

static void set_defaults(af_cli_options_t *out)
{
    memset(out, 0, sizeof *out);
    af_options_init(&out->stream);
    out->stream.limits.hold = 64 * MIB;
    out->stream.limits.memory = 256 * MIB;
    out->stream.limits.tag = 16 * MIB;
    out->stream.limits.depth = 16384;
    out->stream.limits.attributes = 16384;
    out->chunk = 64 * 1024;
}

bool af_cli_options_read(int argc, char **argv, af_cli_options_t *out)
{
    set_defaults(out);
    out->sources = calloc((size_t) argc + 1, sizeof *out->sources);
    if (out->sources == NULL) {
        fputs("article-filter: out of memory\n", stderr);
        return false;
    }
    bool suggest = argc > 1 && strcmp(argv[1], "suggest") == 0;
    if (suggest || (argc > 1 && strcmp(argv[1], "explain") == 0)) {
        out->task = suggest ? AF_CLI_SUGGEST : AF_CLI_EXPLAIN;
        out->explain = !suggest;
        argc--;
        argv[1] = argv[0];
        argv++;
    }
    int option;
    while ((option = getopt_long(argc, argv, "r:e:p:qhV", long_options, NULL)) != -1) {
        if (option == '?') {
            fputs("article-filter: --help tells the options\n", stderr);
            return false;
        }
        if (!take_option(out, option, optarg)) {
            return false;
        }
    }
    if (out->task == AF_CLI_SUGGEST) {
        out->files = argv + optind;
        out->file_count = (size_t) (argc - optind);
        if (optind == argc) {
            fputs("article-filter: suggest: expected FILEs, several pages of one site\n", stderr);
        }
        return optind < argc;
    }
    if (argc - optind > 1) {
        fprintf(stderr, "article-filter: one FILE at most; '%s' is too many\n", argv[optind + 1]);
        return false;
    }
    if (out->task == AF_CLI_EXPLAIN && optind == argc) {
        fputs("article-filter: explain: expected a FILE, or - for standard input\n", stderr);
        return false;
    }
    if (optind < argc && strcmp(argv[optind], "-") != 0) {
        out->file = argv[optind];
    }
    site_of_url(out);
    return true;
}

void af_cli_options_free(af_cli_options_t *options)
{
    free(options->sources);
    options->sources = NULL;
}
