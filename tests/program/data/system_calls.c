/* Stands between a program and the system, for the files of one folder (SHIM_FOLDER), as LD_PRELOAD.
 *
 * SHIM_RECORD=FILE    writes down every call that changes a file: kind, offset, size afterwards, path, data
 * SHIM_FAIL=N:ERRNO   lets the N-th of these calls fail, once
 * SHIM_LOCK=ebadf     refuses locks on files that are not open for writing, as NFS does
 * SHIM_LOCK=enolck    refuses all locks
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { MADE, WRITTEN, CUT, SYNCED, RENAMED, REMOVED };

static int is_watched(const char* path) {
  const char* folder = getenv("SHIM_FOLDER");
  return folder != NULL && strncmp(path, folder, strlen(folder)) == 0;
}

static int watched_path(int fd, char* path, size_t size) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t n = readlink(link, path, size - 1);
  if (n <= 0) return 0;
  path[n] = 0;
  return is_watched(path);
}

/* Whether the call that comes now is the one to fail. */
static int fails(void) {
  static int calls = 0;
  const char* text = getenv("SHIM_FAIL");
  int number = 0, error = 0;
  if (text == NULL || sscanf(text, "%d:%d", &number, &error) != 2) return 0;
  if (__sync_add_and_fetch(&calls, 1) != number) return 0;
  errno = error;
  return 1;
}

static void record(enum kind kind, const char* path, int64_t offset, const void* data, size_t length, int64_t size) {
  static int journal = -1;
  const char* to = getenv("SHIM_RECORD");
  if (to == NULL) return;
  const int kept = errno;
  if (journal < 0) journal = (int)syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  int64_t head[5] = {kind, offset, size, (int64_t)strlen(path), (int64_t)length};
  struct iovec parts[3] = {{head, sizeof head}, {(void*)path, strlen(path)}, {(void*)data, length}};
  if (syscall(SYS_writev, journal, parts, 3) < 0) abort();
  errno = kept;
}

static int64_t size_of(int fd) {
  struct stat status;
  return fstat(fd, &status) == 0 ? status.st_size : -1;
}

static int open_at(const char* path, int flags, mode_t mode) {
  char full[4096];
  struct stat status;
  const int existed = stat(path, &status) == 0;
  const int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
  if (fd >= 0 && ((flags & O_CREAT && !existed) || flags & O_TRUNC) && watched_path(fd, full, sizeof full))
    record(MADE, full, 0, "", 0, 0);
  return fd;
}

int open(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
  va_end(list);
  return open_at(path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
  va_end(list);
  return open_at(path, flags, mode);
}

ssize_t pwrite(int fd, const void* data, size_t count, off_t offset) {
  char path[4096];
  const int watched = watched_path(fd, path, sizeof path);
  if (watched && fails()) return -1;
  const ssize_t n = syscall(SYS_pwrite64, fd, data, count, offset);
  if (watched && n > 0) record(WRITTEN, path, offset, data, (size_t)n, size_of(fd));
  return n;
}
ssize_t pwrite64(int fd, const void* data, size_t count, off_t offset) { return pwrite(fd, data, count, offset); }

ssize_t write(int fd, const void* data, size_t count) {
  char path[4096];
  const int watched = watched_path(fd, path, sizeof path);
  if (watched && fails()) return -1;
  const ssize_t n = syscall(SYS_write, fd, data, count);
  if (watched && n > 0) record(WRITTEN, path, lseek(fd, 0, SEEK_CUR) - n, data, (size_t)n, size_of(fd));
  return n;
}

ssize_t writev(int fd, const struct iovec* parts, int count) {
  ssize_t all = 0;
  for (int i = 0; i < count; ++i) {
    const ssize_t n = write(fd, parts[i].iov_base, parts[i].iov_len);
    if (n < 0) return all > 0 ? all : -1;
    all += n;
  }
  return all;
}

/* Copies go through write() instead. */
ssize_t sendfile(int to, int from, off_t* offset, size_t count) {
  (void)to, (void)from, (void)offset, (void)count;
  errno = EINVAL;
  return -1;
}
ssize_t sendfile64(int to, int from, off_t* offset, size_t count) { return sendfile(to, from, offset, count); }
ssize_t copy_file_range(int from, off64_t* at, int to, off64_t* there, size_t count, unsigned flags) {
  (void)at, (void)there, (void)flags;
  return sendfile(to, from, NULL, count);
}

int ftruncate(int fd, off_t size) {
  char path[4096];
  const int watched = watched_path(fd, path, sizeof path);
  if (watched && fails()) return -1;
  const int failed = (int)syscall(SYS_ftruncate, fd, size);
  if (watched && !failed) record(CUT, path, 0, "", 0, size);
  return failed;
}
int ftruncate64(int fd, off_t size) { return ftruncate(fd, size); }

static int synced(int fd, long call) {
  char path[4096];
  const int watched = watched_path(fd, path, sizeof path);
  if (watched && fails()) return -1;
  const int failed = (int)syscall(call, fd);
  if (watched && !failed) record(SYNCED, path, 0, "", 0, 0);
  return failed;
}
int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  char* full = realpath(from, NULL);
  const int watched = full != NULL && is_watched(full);
  if (watched && fails()) return -1;
  const int failed = (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
  if (watched && !failed) record(RENAMED, full, 0, to, strlen(to), 0);
  free(full);
  return failed;
}

int unlink(const char* path) {
  char* full = realpath(path, NULL);
  const int failed = (int)syscall(SYS_unlink, path);
  if (full != NULL && is_watched(full) && !failed) record(REMOVED, full, 0, "", 0, 0);
  free(full);
  return failed;
}

int flock(int fd, int operation) {
  char path[4096];
  const char* mode = getenv("SHIM_LOCK");
  if (mode != NULL && operation & LOCK_EX && watched_path(fd, path, sizeof path)) {
    if (strcmp(mode, "enolck") == 0 || (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY) {
      errno = strcmp(mode, "enolck") == 0 ? ENOLCK : EBADF;
      return -1;
    }
  }
  return (int)syscall(SYS_flock, fd, operation);
}
