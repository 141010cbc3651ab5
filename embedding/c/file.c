/* The file for the component: opened here, transferred in sockets.c. See sockets.h. */

#define _GNU_SOURCE
#include "sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Returns true if the file has a byte after its reported size. */
static bool has_more(const struct file *file) {
    char byte;
    return pread(file->fd, &byte, 1, (off_t)file->size) > 0;
}

const char *file_open(struct file *file, const char *path) {
    *file = (struct file){.fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
    if (file->fd < 0 || fstat(file->fd, &file->opened) < 0) return strerror(errno);
    if (!S_ISREG(file->opened.st_mode)) return "not a regular file";
    file->size = (uint64_t)file->opened.st_size;
    /* For example in /proc, where the content is generated while it is read. */
    if (file->size == 0 && has_more(file)) return "it does not tell its size";
    return NULL;
}

static bool is_same_time(struct timespec one, struct timespec other) {
    return one.tv_sec == other.tv_sec && one.tv_nsec == other.tv_nsec;
}

bool file_has_changed(const struct file *file) {
    const struct stat *then = &file->opened;
    struct stat now;
    if (fstat(file->fd, &now) < 0) return true;
    /* Deleting or replacing the file keeps its content, but changes its link count and ctime. So ctime counts only
     * if mode, owner and link count are unchanged. */
    bool same_inode = now.st_mode == then->st_mode && now.st_uid == then->st_uid && now.st_gid == then->st_gid &&
                      now.st_nlink == then->st_nlink;
    return now.st_size != then->st_size || !is_same_time(now.st_mtim, then->st_mtim) ||
           (same_inode && !is_same_time(now.st_ctim, then->st_ctim)) || has_more(file);
}
