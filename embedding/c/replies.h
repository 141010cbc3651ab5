/* Counts the final replies of the server (RFC 959 §4.2), to find the one to PASS when several commands are
 * outstanding. */

#ifndef REPLIES_H
#define REPLIES_H

#include <stdbool.h>
#include <stddef.h>

struct replies {
    unsigned outstanding; /* The number of final replies that were not received yet. */
    bool masks;           /* True from PASS on, until a command is sent after the reply to PASS is complete. */
    unsigned masked;      /* The number of final replies until the one to PASS is complete. */
    char head[4];         /* The first bytes of the current line. */
    size_t head_length;
    char begun[3];        /* The code of a reply of several lines that has not ended, or zeros. */
};

/* Nothing was received yet: the greeting is outstanding. */
extern const struct replies NO_REPLIES;

/* Must be called before PASS is sent, and before `commands` other than PASS are sent. */
void replies_expect_password(struct replies *replies);
void replies_expect(struct replies *replies, unsigned commands);
/* Takes received bytes, which may be split anywhere. */
void replies_take(struct replies *replies, const char *bytes, size_t length);

#endif
