/* Compiled objects that are kept: the sum, and what is not to be trusted. */
#include "compiler/base/arena.h"
#include "compiler/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const uint8_t key[NT_HASH_BYTES] = {0xab, 1, 2, 3};
static const uint8_t other_key[NT_HASH_BYTES] = {0xab, 1, 2, 4};
static const char object[] = "what was compiled";

struct fixture {
    struct nt_arena *a;
    char base[64], dir[80], file[160];
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->a = nt_arena_new();
    strcpy(f->base, "/tmp/ntrace-cache-XXXXXX");
    assert_non_null(mkdtemp(f->base));
    snprintf(f->dir, sizeof(f->dir), "%s/ntrace", f->base);
    snprintf(f->file, sizeof(f->file), "%s/ab010203%056d", f->dir, 0);
    *state = f;
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    nftw(f->base, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    nt_arena_free(&f->a);
    free(f);
    return 0;
}

static int get(const struct fixture *f, const uint8_t *which)
{
    const void *got = NULL;
    size_t size = 0;
    int err = nt_cache_get(f->a, f->dir, which, &got, &size);

    if (err == 0) {
        assert_int_equal(size, sizeof(object));
        assert_memory_equal(got, object, size);
    } else {
        assert_null(got);
    }
    return err;
}

static void put(const struct fixture *f)
{
    assert_int_equal(nt_cache_put(f->dir, key, object, sizeof(object)), 0);
    assert_int_equal(get(f, key), 0);
}

static void gives_back_what_was_put(void **state)
{
    const struct fixture *f = *state;
    struct stat st;

    assert_int_equal(get(f, key), -ENOENT);
    put(f);
    assert_int_equal(get(f, other_key), -ENOENT);
    assert_int_equal(stat(f->dir, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_int_equal(stat(f->file, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    put(f); /* in the place of the first */
}

static void bytes_that_changed_are_not_taken(void **state)
{
    const struct fixture *f = *state;
    struct stat st;

    put(f);
    assert_int_equal(stat(f->file, &st), 0);
    for (off_t at = 0; at < st.st_size; at++) {
        int fd = open(f->file, O_RDWR);
        char was, is;

        assert_int_equal(pread(fd, &was, 1, at), 1);
        is = (char)(was ^ 1);
        assert_int_equal(pwrite(fd, &is, 1, at), 1);
        assert_int_equal(get(f, key), -EBADMSG);
        assert_int_equal(pwrite(fd, &was, 1, at), 1);
        close(fd);
    }
    assert_int_equal(get(f, key), 0);
    assert_int_equal(truncate(f->file, st.st_size - 1), 0);
    assert_int_equal(get(f, key), -EBADMSG);
    assert_int_equal(truncate(f->file, 0), 0);
    assert_int_equal(get(f, key), -EPERM);
}

static void an_object_of_another_key_is_not_taken(void **state)
{
    const struct fixture *f = *state;
    char path[200];

    put(f);
    snprintf(path, sizeof(path), "%s/ab010204%056d", f->dir, 0);
    assert_int_equal(rename(f->file, path), 0);
    assert_int_equal(get(f, other_key), -EBADMSG);
}

static void files_open_to_others_are_not_taken(void **state)
{
    static const mode_t modes[] = {0644, 0660, 0602, 04600, 0700};
    const struct fixture *f = *state;
    char path[200];

    put(f);
    for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
        assert_int_equal(chmod(f->file, modes[i]), 0);
        assert_int_equal(get(f, key), -EPERM);
    }
    put(f);
    snprintf(path, sizeof(path), "%s/second", f->base);
    assert_int_equal(link(f->file, path), 0); /* by which it could be written */
    assert_int_equal(get(f, key), -EPERM);
    assert_int_equal(rename(f->file, path), 0);
    put(f);
    assert_int_equal(rename(f->file, path), 0);
    assert_int_equal(symlink(path, f->file), 0);
    assert_int_equal(get(f, key), -ELOOP);
    put(f); /* takes the link away */
}

static void directories_open_to_others_are_not_used(void **state)
{
    static const mode_t modes[] = {0755, 0770, 0701, 01700};
    const struct fixture *f = *state;
    char path[200];

    put(f);
    for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
        assert_int_equal(chmod(f->dir, modes[i]), 0);
        assert_int_equal(get(f, key), -EPERM);
        assert_int_equal(nt_cache_put(f->dir, key, object, sizeof(object)), -EPERM);
    }
    assert_int_equal(chmod(f->dir, 0700), 0);
    put(f);
    snprintf(path, sizeof(path), "%s/elsewhere", f->base);
    assert_int_equal(rename(f->dir, path), 0);
    assert_int_equal(symlink(path, f->dir), 0);
    assert_int_equal(get(f, key), -ENOTDIR);
    assert_int_equal(nt_cache_put(f->dir, key, object, sizeof(object)), -ENOTDIR);
}

static void what_is_not_ones_own_is_not_taken(void **state)
{
    const struct fixture *f = *state;

    if (geteuid() != 0)
        skip(); /* only root can give files away */
    put(f);
    assert_int_equal(chown(f->file, 12345, 0), 0);
    assert_int_equal(get(f, key), -EPERM);
    assert_int_equal(nt_cache_put(f->dir, key, object, sizeof(object)), 0);
    assert_int_equal(get(f, key), 0);
    assert_int_equal(chown(f->dir, 12345, 0), 0);
    assert_int_equal(get(f, key), -EPERM);
    assert_int_equal(nt_cache_put(f->dir, key, object, sizeof(object)), -EPERM);
}

static void the_least_used_is_removed(void **state)
{
    const struct fixture *f = *state;
    const struct timespec long_ago[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};

    put(f);
    for (int i = 0; i < NT_CACHE_FILES; i++) {
        uint8_t next[NT_HASH_BYTES] = {0xcd, (uint8_t)i, (uint8_t)(i >> 8)};

        if (i == 10) /* the first that was put is the one used last */
            assert_int_equal(get(f, key), 0);
        else if (i == 5)
            assert_int_equal(utimensat(AT_FDCWD, f->file, long_ago, 0), 0);
        assert_int_equal(nt_cache_put(f->dir, next, object, sizeof(object)), 0);
    }
    assert_int_equal(get(f, key), 0);
    assert_int_equal(get(f, (uint8_t[NT_HASH_BYTES]){0xcd, 0}), -ENOENT);
    assert_int_equal(get(f, (uint8_t[NT_HASH_BYTES]){0xcd, 1}), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(gives_back_what_was_put),
        TEST(bytes_that_changed_are_not_taken),
        TEST(an_object_of_another_key_is_not_taken),
        TEST(files_open_to_others_are_not_taken),
        TEST(directories_open_to_others_are_not_used),
        TEST(what_is_not_ones_own_is_not_taken),
        TEST(the_least_used_is_removed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
