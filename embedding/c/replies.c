/* Counts final replies. See replies.h. */

#include "replies.h"

#include <ctype.h>
#include <string.h>

const struct replies NO_REPLIES = {.outstanding = 1};

void replies_expect_password(struct replies *replies) {
    replies->masks = true;
    replies->masked = ++replies->outstanding;
}

void replies_expect(struct replies *replies, unsigned commands) {
    if (replies->masked == 0) replies->masks = false;
    replies->outstanding += commands;
}

/* Returns true if the line with this beginning ends a reply that is not preliminary (1xx). */
static bool ends_final_reply(struct replies *replies, const char *head, size_t length) {
    static const char NOT_BEGUN[3];
    bool has_begun = memcmp(replies->begun, NOT_BEGUN, 3) != 0;
    if (length < 4 || head[0] < '1' || head[0] > '5' || !isdigit((unsigned char)head[1]) ||
        !isdigit((unsigned char)head[2]) || strchr("- \r\n", head[3]) == NULL || head[3] == 0)
        return false;
    if (has_begun && memcmp(replies->begun, head, 3) != 0) return false;
    memcpy(replies->begun, head[3] == '-' ? head : NOT_BEGUN, 3);
    return head[3] != '-' && head[0] != '1';
}

void replies_take(struct replies *replies, const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (replies->head_length < sizeof replies->head) replies->head[replies->head_length++] = bytes[i];
        if (bytes[i] != '\n') continue;
        if (ends_final_reply(replies, replies->head, replies->head_length)) {
            if (replies->outstanding > 0) replies->outstanding--;
            if (replies->masked > 0) replies->masked--;
        }
        replies->head_length = 0;
    }
}
