/* See authority.h. To call more functions of the component, add a row for each, with the commands that this function
 * needs: {"remove", {"DELE <name>"}}. */

#include "authority.h"

#include <string.h>

/* They change nothing. The component asks by them, and prepares transfers. `*` stands for any argument. */
static const char *const QUESTIONS[] = {"NOOP", "FEAT", "PWD", "TYPE I", "OPTS *", "CLNT *", "SIZE *", NULL};

/* The words in brackets stand for the values of this upload. There are no hashes in this example. */
static const struct {
    const char *call;
    bool asks; /* True if QUESTIONS are permitted, too. */
    const char *lines[6];
} PERMITTED[] = {
    {"open", false, {"NOOP", "USER <user>"}},
    {"enter", true, {"CWD <directory>"}},
    {"look", true, {NULL}},
    {"modified", true, {"MDTM <name>"}},
    {"store", true, {"EPSV", "PASV", "STOR <name>"}},
    /* Of the directory itself, so that no CWD is needed. */
    {"list", true, {"EPSV", "PASV", "MLSD", "LIST", "LIST -a"}},
    {"quit", false, {"NOOP", "QUIT"}},
};

/* Returns the text that a word in brackets stands for, or the word itself. */
static const char *value_of(const struct authority *authority, const char *word) {
    if (strcmp(word, "<user>") == 0) return authority->user;
    if (strcmp(word, "<directory>") == 0) return authority->directory;
    if (strcmp(word, "<name>") == 0) return authority->name;
    return word;
}

/* Returns true if the command, without its line end, is the one of the row. */
static bool matches(const struct authority *authority, const char *row, const char *line, size_t length) {
    const char *space = strchr(row, ' ');
    size_t verb = space ? (size_t)(space - row) : strlen(row);
    if (length < verb || memcmp(line, row, verb) != 0) return false;
    if (space == NULL) return length == verb;
    if (length == verb || line[verb] != ' ') return false;
    const char *wanted = value_of(authority, space + 1);
    if (strcmp(space + 1, "*") == 0) return true;
    return strlen(wanted) == length - verb - 1 && memcmp(line + verb + 1, wanted, length - verb - 1) == 0;
}

static bool is_one_of(const struct authority *authority, const char *const *rows, const char *line, size_t length) {
    for (; *rows; rows++)
        if (matches(authority, *rows, line, length)) return true;
    return false;
}

static bool is_store(const char *line) { return strncmp(line, "STOR ", 5) == 0; }

void authority_begin(struct authority *authority, const char *call) {
    authority->call = call;
    authority->stored = false;
}

bool authority_permits(const struct authority *authority, const char *line, size_t length) {
    length -= 2; /* The caller has checked the line end. */
    if (authority->stored && is_store(line)) return false;
    for (size_t i = 0; i < sizeof PERMITTED / sizeof PERMITTED[0]; i++)
        if (authority_is(authority, PERMITTED[i].call))
            return is_one_of(authority, PERMITTED[i].lines, line, length) ||
                   (PERMITTED[i].asks && is_one_of(authority, QUESTIONS, line, length));
    return false;
}

void authority_sent(struct authority *authority, const char *line) { authority->stored |= is_store(line); }

bool authority_is(const struct authority *authority, const char *call) {
    return authority->call && strcmp(authority->call, call) == 0;
}
