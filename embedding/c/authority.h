/* The commands that each call of the component may send (`send` in wit/capabilities.wit). All other commands are denied,
 * and all other names: nothing is removed, renamed or received unless the call is about it. */

#ifndef AUTHORITY_H
#define AUTHORITY_H

#include <stdbool.h>
#include <stddef.h>

struct authority {
    const char *user, *directory, *name; /* The only names that may be sent. */
    const char *call;                    /* The function of the component that runs now, or NULL. */
    bool stored;                         /* True if this call has sent STOR, which is permitted once. */
};

/* Must be called before each call of the component, with the name of the function. */
void authority_begin(struct authority *authority, const char *call);
/* Returns true if this line, with its end, may be sent. */
bool authority_permits(const struct authority *authority, const char *line, size_t length);
/* Must be called when the line is sent. */
void authority_sent(struct authority *authority, const char *line);
/* Returns true if `call` is the present one. */
bool authority_is(const struct authority *authority, const char *call);

#endif
