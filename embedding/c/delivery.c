/* The questions to the server before and after a file is stored, so that only proved facts are reported. The rules
 * are those of the program (delivery/src/lib.rs), as far as they apply to a single try. */

#define _POSIX_C_SOURCE 200809L
#include "delivery.h"
#include "session.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* The pause between two queries: a server may still be writing received data to its disk. */
static const struct timespec SETTLING = {.tv_nsec = 500000000};
enum { LOOKS = 5 };

static bool is_whole(const struct sandbox *sandbox, const struct found *found) {
    return found->kind == BYTES && found->bytes == sandbox->loan->file.size;
}

static bool say(struct sandbox *sandbox, const char *what) {
    snprintf(sandbox->why, sandbox->why_size, "%s", what);
    sandbox->trouble = REFUSAL;
    return false;
}

/* The server replied that the file is stored, but reports a different size or no file. That may change within
 * seconds. */
static bool look_again(struct sandbox *sandbox) {
    char first[1024];
    struct found found;
    snprintf(first, sizeof first, "%s", sandbox->why);
    for (int look = 0; look < LOOKS; look++) {
        nanosleep(&SETTLING, NULL);
        if (!session_look(sandbox, &found)) return false;
        if (is_whole(sandbox, &found)) return true;
    }
    say(sandbox, first);
    sandbox->trouble = DISAGREEMENT;
    return false;
}

/* Sets `sized` if the server returned the correct size. */
static bool store(struct sandbox *sandbox, bool *sized) {
    uint64_t sent = 0;
    if (!session_store(sandbox, &sent, sized)) {
        *sized = sandbox->trouble == DISAGREEMENT && look_again(sandbox);
        return *sized;
    }
    if (sent == sandbox->loan->file.size) return true;
    return say(sandbox, "the component claims to have sent what it has not");
}

static bool store_and_prove(struct sandbox *sandbox, bool *sized) {
    struct found before;
    int64_t dated = NO_TIME, now = NO_TIME;
    if (!session_look(sandbox, &before)) return false;
    bool was_whole = is_whole(sandbox, &before);
    if (was_whole && !session_modified(sandbox, &dated)) return false;
    if (!store(sandbox, sized)) return false;
    if (*sized && (was_whole || before.kind == UNTOLD)) {
        /* The size may be that of the old file, if the server has stored ours under another name, or not at all. */
        if (dated != NO_TIME && !session_modified(sandbox, &now)) return false;
        *sized = now != NO_TIME && now != dated;
    }
    return true;
}

/* The component reports that the file is stored; this function checks that against our own count of the sent bytes. */
static bool is_true(struct sandbox *sandbox) {
    const struct file *file = &sandbox->loan->file;
    if (!file->finished || file->sent != file->size)
        return say(sandbox, "the component claims to have sent what it has not");
    if (file_has_changed(file))
        return say(sandbox, "the file changed while it was sent; what is stored may mix old and new bytes");
    return true;
}

static enum outcome verdict(struct sandbox *sandbox) {
    char why[1024];
    bool is_unknown = sandbox->trouble == LOSS && sandbox->loan->file.finished;
    if (!is_unknown) return sandbox->trouble == DISAGREEMENT ? IN_DOUBT : FAILED;
    snprintf(why, sizeof why, "%s", sandbox->why);
    snprintf(sandbox->why, sandbox->why_size,
             "whether the file is stored is not known: every byte was sent, then %s; look before you retry", why);
    return IN_DOUBT;
}

enum outcome deliver(struct sandbox *sandbox) {
    bool sized = false;
    if (!session_open(sandbox)) return FAILED;
    bool done = session_enter(sandbox) && store_and_prove(sandbox, &sized) && is_true(sandbox) &&
                (!sandbox->wish->list || session_list(sandbox));
    enum outcome outcome = done ? STORED : verdict(sandbox);
    if (done) {
        session_quit(sandbox);
        say(sandbox, sized ? "size confirmed by the server" : "confirmed by the server, not verified");
    }
    session_drop(sandbox);
    return outcome;
}
