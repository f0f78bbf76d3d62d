#include "compiler/cache.h"

#include "compiler/base/arena.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a file begins with; the object is behind it. */
struct head {
    char magic[8];
    uint64_t size; /* of the object */
    uint8_t key[NT_HASH_BYTES];
    uint8_t sum[NT_HASH_BYTES]; /* of the object */
};

static const char magic[8] = "ntcache1";

enum { NAME_SIZE = 2 * NT_HASH_BYTES + 1 };

static void name_of(const uint8_t *key, char name[NAME_SIZE])
{
    for (int i = 0; i < NT_HASH_BYTES; i++)
        sprintf(name + (size_t)2 * i, "%02x", key[i]);
}

static void sum_of(const void *object, size_t size, uint8_t sum[NT_HASH_BYTES])
{
    struct nt_hash h;

    nt_hash_begin(&h);
    nt_hash_add(&h, object, size);
    nt_hash_end(&h, sum);
}

/* An fd, or -errno: not there, or open to others. */
static int open_dir(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;

    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) == 0 && st.st_uid == geteuid() && (st.st_mode & 07777) == 0700)
        return fd;
    close(fd);
    return -EPERM;
}

/* -- reading ---------------------------------------------------------------------------------- */

static bool read_all(int fd, void *to, size_t size)
{
    size_t done = 0;
    ssize_t n = 1;

    while (done < size && n > 0) {
        n = read(fd, (char *)to + done, size - done);
        if (n > 0)
            done += (size_t)n;
        else if (n < 0 && errno == EINTR)
            n = 1;
    }
    return done == size;
}

static bool is_safe(const struct stat *st)
{
    return S_ISREG(st->st_mode) && st->st_uid == geteuid() && (st->st_mode & 07777) == 0600 &&
           st->st_nlink == 1 && st->st_size > (off_t)sizeof(struct head) &&
           st->st_size <= NT_CACHE_MOST_BYTES;
}

static int read_object(struct nt_arena *a, int fd, const uint8_t *key, const void **ret_object,
                       size_t *ret_size)
{
    uint8_t sum[NT_HASH_BYTES];
    struct head head;
    struct stat st;
    size_t size;
    void *object;

    if (fstat(fd, &st) < 0 || !is_safe(&st))
        return -EPERM;
    size = (size_t)st.st_size - sizeof(head);
    if (!read_all(fd, &head, sizeof(head)) || memcmp(head.magic, magic, sizeof(magic)) != 0 ||
        memcmp(head.key, key, NT_HASH_BYTES) != 0 || head.size != size)
        return -EBADMSG;
    object = nt_alloc(a, size);
    if (!read_all(fd, object, size))
        return -EBADMSG;
    sum_of(object, size, sum);
    if (memcmp(head.sum, sum, sizeof(sum)) != 0)
        return -EBADMSG;
    *ret_object = object;
    *ret_size = size;
    return 0;
}

int nt_cache_get(struct nt_arena *a, const char *dir, const uint8_t key[NT_HASH_BYTES],
                 const void **ret_object, size_t *ret_size)
{
    int d = open_dir(dir), fd, err;
    char name[NAME_SIZE];

    if (d < 0)
        return d;
    name_of(key, name);
    fd = openat(d, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    err = fd < 0 ? -errno : read_object(a, fd, key, ret_object, ret_size);
    if (err == 0)
        futimens(fd, NULL); /* the least used are removed */
    if (fd >= 0)
        close(fd);
    close(d);
    return err;
}

/* -- writing ---------------------------------------------------------------------------------- */

static bool write_all(int fd, const void *from, size_t size)
{
    size_t done = 0;
    ssize_t n = 1;

    while (done < size && n > 0) {
        n = write(fd, (const char *)from + done, size - done);
        if (n > 0)
            done += (size_t)n;
        else if (n < 0 && errno == EINTR)
            n = 1;
    }
    return done == size;
}

static bool write_object(int fd, const uint8_t *key, const void *object, size_t size)
{
    struct head head = {.size = size};

    memcpy(head.magic, magic, sizeof(magic));
    memcpy(head.key, key, NT_HASH_BYTES);
    sum_of(object, size, head.sum);
    return fchmod(fd, 0600) == 0 && write_all(fd, &head, sizeof(head)) &&
           write_all(fd, object, size);
}

/* What is there: whether it is too much, and what was used least lately. */
static bool is_too_much(DIR *d, char oldest[NAME_SIZE])
{
    struct timespec least = {0};
    uint64_t files = 0, bytes = 0;
    struct stat st;

    *oldest = '\0';
    rewinddir(d);
    for (const struct dirent *e = readdir(d); e; e = readdir(d)) {
        if (e->d_name[0] == '.' || strlen(e->d_name) >= NAME_SIZE ||
            fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        files++;
        bytes += (uint64_t)st.st_size;
        if (*oldest && (st.st_mtim.tv_sec > least.tv_sec ||
                        (st.st_mtim.tv_sec == least.tv_sec && st.st_mtim.tv_nsec > least.tv_nsec)))
            continue;
        least = st.st_mtim;
        snprintf(oldest, NAME_SIZE, "%.*s", NAME_SIZE - 1, e->d_name);
    }
    return files > NT_CACHE_FILES || bytes > NT_CACHE_MOST_BYTES;
}

static void remove_least_used(int dir)
{
    int own = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = own < 0 ? NULL : fdopendir(own);
    char oldest[NAME_SIZE];

    while (d && is_too_much(d, oldest) && *oldest && unlinkat(dir, oldest, 0) == 0)
        ;
    if (d)
        closedir(d);
    else if (own >= 0)
        close(own);
}

static int put(int dir, const uint8_t *key, const void *object, size_t size)
{
    char name[NAME_SIZE], part[NAME_SIZE];
    int fd, err = 0;

    name_of(key, name);
    snprintf(part, sizeof(part), "part.%d", (int)getpid()); /* what a crash leaves is removed too */
    unlinkat(dir, part, 0);
    fd = openat(dir, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    errno = EIO;
    if (!write_object(fd, key, object, size))
        err = -errno;
    if (close(fd) < 0 && err == 0)
        err = -errno;
    if (err == 0 && renameat(dir, part, dir, name) < 0)
        err = -errno;
    if (err < 0)
        unlinkat(dir, part, 0);
    return err;
}

int nt_cache_put(const char *dir, const uint8_t key[NT_HASH_BYTES], const void *object, size_t size)
{
    int d, err;

    if (size == 0 || size > NT_CACHE_MOST_BYTES - sizeof(struct head))
        return -EFBIG;
    if (mkdir(dir, 0700) < 0 && errno != EEXIST)
        return -errno;
    d = open_dir(dir);
    if (d < 0)
        return d;
    err = put(d, key, object, size);
    remove_least_used(d);
    close(d);
    return err;
}
