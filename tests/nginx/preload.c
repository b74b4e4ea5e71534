/*
 * preload.c: preloaded into nginx, makes an allocation of its workers fail, or their writes come short.
 *
 * The file that FAIL names holds three numbers, which the test writes and all processes share. The first is counted down by each
 * allocation; the one that comes to 0 gets no memory. The second, if it is not 0, is the most bytes that a write to a socket takes:
 * nginx then waits until the socket can be written again. If the third is not 0, the first of each two writes takes nothing (EAGAIN),
 * and the number counts them. Since the socket is not full, the kernel would have nothing new to tell; so the event is asked for anew.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static volatile int64_t *shared;

__attribute__((constructor)) static void attach(void)
{
    const char *path = getenv("FAIL");
    int fd = path == NULL ? -1 : open(path, O_RDWR);

    if (fd >= 0) {
        void *mapped = mmap(NULL, 3 * sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        shared = mapped == MAP_FAILED ? NULL : mapped;
        close(fd);
    }
}

static int fails(void)
{
    return shared != NULL && shared[0] > 0 && --shared[0] == 0;
}

void *malloc(size_t len)
{
    static void *(*real)(size_t);

    if (real == NULL) {
        *(void **) &real = dlsym(RTLD_NEXT, "malloc");
    }
    if (fails()) {
        errno = ENOMEM;
        return NULL;
    }
    return real(len);
}

int posix_memalign(void **block, size_t alignment, size_t len)
{
    static int (*real)(void **, size_t, size_t);

    if (real == NULL) {
        *(void **) &real = dlsym(RTLD_NEXT, "posix_memalign");
    }
    return fails() ? ENOMEM : real(block, alignment, len);
}

static struct epoll_event asked[1024]; /* what is told of each descriptor, and by whom */
static int teller[1024];
static char refused[1024];

int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
{
    static int (*real)(int, int, int, struct epoll_event *);

    if (real == NULL) {
        *(void **) &real = dlsym(RTLD_NEXT, "epoll_ctl");
    }
    if (fd >= 0 && fd < 1024 && event != NULL && op != EPOLL_CTL_DEL) {
        asked[fd] = *event;
        teller[fd] = epfd;
    }
    return real(epfd, op, fd, event);
}

/* Whether this write is one that takes nothing. */
static int refuses(int fd)
{
    struct stat status;

    if (shared == NULL || shared[2] == 0 || fd >= 1024 || fstat(fd, &status) != 0 || !S_ISSOCK(status.st_mode)) {
        return 0;
    }
    refused[fd] = !refused[fd];
    if (refused[fd]) {
        shared[2]++;
        (void) epoll_ctl(teller[fd], EPOLL_CTL_MOD, fd, &asked[fd]);
        errno = EAGAIN;
    }
    return refused[fd];
}

/* How many of `len` bytes a write may take. */
static size_t allowed(int fd, size_t len)
{
    struct stat status;

    if (shared == NULL || shared[1] == 0 || fstat(fd, &status) != 0 || !S_ISSOCK(status.st_mode)) {
        return len;
    }
    return len < (size_t) shared[1] ? len : (size_t) shared[1];
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    static ssize_t (*real)(int, const struct iovec *, int);
    struct iovec part;
    size_t all = 0;

    if (real == NULL) {
        *(void **) &real = dlsym(RTLD_NEXT, "writev");
    }
    if (refuses(fd)) {
        return -1;
    }
    for (int i = 0; i < count; i++) {
        all += parts[i].iov_len;
    }
    size_t len = allowed(fd, all);
    if (len == all) {
        return real(fd, parts, count);
    }
    while (len > 0 && parts->iov_len == 0) {
        parts++;
    }
    part.iov_base = parts->iov_base;
    part.iov_len = len < parts->iov_len ? len : parts->iov_len;
    return real(fd, &part, 1);
}

ssize_t send(int fd, const void *data, size_t len, int flags)
{
    static ssize_t (*real)(int, const void *, size_t, int);

    if (real == NULL) {
        *(void **) &real = dlsym(RTLD_NEXT, "send");
    }
    if (refuses(fd)) {
        return -1;
    }
    return real(fd, data, allowed(fd, len), flags);
}
