/* The command line: what ntrace itself understands, from one table that --help prints too. What is
 * left (`--dst 10.0.0.0/8`) belongs to the script and is handed on in order.
 *
 * ntrace's own options may stand anywhere. Those of the script stand behind it, since ntrace cannot
 * know whether they take a value: `ntrace drops --dst 10.0.0.1`. With `=` they may stand anywhere
 * too. Strings are those of argv. */
#pragma once

#include "compiler/base/cx.h"

#include <stdio.h>

enum nt_verb {
    NT_VERB_RUN,
    NT_VERB_HELP,        /* of ntrace */
    NT_VERB_SCRIPT_HELP, /* of the script */
    NT_VERB_VERSION,
    NT_VERB_EXPLAIN,
    NT_VERB_LIST,
    NT_VERB_CHECK,
    NT_VERB_DUMP,
};

struct nt_cli {
    enum nt_verb verb;
    const char *script; /* a path, "-" or a library name; NULL with -e */
    const char *text;   /* -e */
    const char *what;   /* list WHAT [NAME] */
    const char *name;

    const char *format;
    const char *output;
    const char *write; /* --write: captured packets */
    const char *dump;
    const char *explain;
    const char *stdlib;
    const char *where;
    const char *btf;
    const char *profile; /* --profile VERSION */
    const char *fixture;
    uint64_t duration;   /* ns; 0: until stopped */
    uint64_t max_events; /* rows; 0: as many as come */
    double budget;       /* percent of the time of all CPUs; 0: there is none */
    bool verbose, quiet, strict, allow_exec, no_cache, help, version;

    char **script_argv; /* of the script's own parameters, in order */
    int script_argc;
};

/* 0, or -EINVAL with a diagnostic in cx. */
int nt_cli_parse(struct nt_cx *cx, int argc, char **argv, struct nt_cli *ret_cli);
/* Is --word an option of ntrace itself? */
bool nt_cli_is_own(const char *word);
/* `ntrace --help`. */
void nt_cli_help(FILE *out);
