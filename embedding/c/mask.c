/* See mask.h, and `receive` in wit/capabilities.wit. */

#include "mask.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* Returns true if the secret begins at `line[at]`. A short secret may occur by chance as a part of a word, and a
 * mask there would reveal it. */
static bool is_there(const char *secret, size_t size, const char *line, size_t length, size_t at) {
    if (size == 0 || length - at < size || memcmp(line + at, secret, size) != 0) return false;
    bool begins = at == 0 || !isalnum((unsigned char)line[at - 1]);
    bool ends = at + size == length || !isalnum((unsigned char)line[at + size]);
    return size >= 8 || (begins && ends);
}

static bool has_code(const char *line, size_t length) {
    for (size_t i = 0; i < 3; i++)
        if (i == length || !isdigit((unsigned char)line[i])) return false;
    return length > 3 && (line[3] == ' ' || line[3] == '-');
}

size_t mask(const char *password, const char *line, size_t length, char *into) {
    size_t size = strlen(password), code = has_code(line, length) ? 4 : 0, at = 0, made = 0;
    while (at < length) {
        /* The code of a reply is never masked, even if the password looks like a reply: 202-555-0147. */
        bool secret = at + size > code && is_there(password, size, line, length, at);
        size_t kept = !secret ? 1 : at < code ? code - at : 0;
        memcpy(into + made, line + at, kept);
        made += kept;
        if (secret) memcpy(into + made, "****", 4);
        made += secret ? 4 : 0;
        at += secret ? size : 1;
    }
    return made;
}
