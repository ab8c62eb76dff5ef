/* A disk that forgets, tears and fails, under a real process: loaded with LD_PRELOAD, it stands between the program and
 * the C library for every file below one folder.
 *
 * It remembers whatever was not synced: for each file the old bytes of each sector that was written, for each folder the
 * names that were made, changed or removed. At a power cut it takes back a part of that, which the seed chooses, and
 * kills the process. Of bytes any subset of sectors may be lost; of the names in one folder the newest ones.
 * After a sync that was told to fail the sectors count as clean and are not on the disk, as on Linux: only another write
 * to the same page brings them there. What a killed or ended process had not synced is handed to the next one.
 *
 *   FAULTS_BELOW   the folder                     FAULTS_SEED   all luck
 *   FAULTS_ASIDE   a folder beside it, for what is remembered, and for `report`: the fault that was met
 *   FAULTS_PLAN    `cut N`, `kill N`              at the N-th call that changes or syncs anything
 *                  `CLASS ERROR N [stay]`         the N-th call of a class fails, and with `stay` all after it;
 *                                                 classes: read write sync name; errors: EIO ENOSPC
 *
 * sync_file_range makes nothing durable here: its manual page promises nothing either.
 * Absent on purpose: what does not go through the C library. rustix makes raw system calls, so fallocate (the reserve,
 * holes after an erasure), statvfs and flock are not seen. Mappings are not seen; nobody uses them. */

#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { SECTOR = 512, PAGE = 4096 };

/* How a sector stands: on the disk; written and not synced; given up by a failed sync, though it reads as written. */
enum state { CLEAN, PENDING, STRANDED };

struct file {
	dev_t dev;
	ino_t ino;
	int fd; /* its own, to write old bytes back */
	off_t synced_size;
	size_t count;
	unsigned char **old;
	unsigned char *state;
	struct file *next;
};

struct folder {
	dev_t dev;
	ino_t ino;
	int fd;
	size_t changes, kept;
	struct folder *next;
};

enum change_kind { MADE, MADE_FOLDER, RENAMED, REMOVED };

/* A name that was changed and not synced, newest first. */
struct change {
	enum change_kind kind;
	struct folder *in, *from;
	char name[NAME_MAX + 1], before[NAME_MAX + 1];
	char aside[32]; /* where the file that lost its name is kept; empty for none */
	struct change *next;
};

static struct file *files;
static struct folder *folders;
static struct change *changes;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static char below[PATH_MAX], aside[PATH_MAX];
static uint64_t luck;
static enum { NONE, CUT, KILL, FAIL } plan;
static char class_to_fail[16];
static int error_to_give, stays;
static unsigned long wanted, met, kept_aside;

static int (*real_open)(const char *, int, ...);
static int (*real_openat)(int, const char *, int, ...);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_read)(int, void *, size_t);
static ssize_t (*real_pread)(int, void *, size_t, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_sync_file_range)(int, off_t, off_t, unsigned);
static int (*real_ftruncate)(int, off_t);
static int (*real_renameat)(int, const char *, int, const char *);
static int (*real_unlinkat)(int, const char *, int);
static int (*real_mkdirat)(int, const char *, mode_t);

static uint64_t draw(void)
{
	luck += 0x9e3779b97f4a7c15u;
	uint64_t mixed = (luck ^ (luck >> 30)) * 0xbf58476d1ce4e5b9u;
	mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
	return mixed ^ (mixed >> 31);
}

static void broken(const char *what)
{
	fprintf(stderr, "faults: %s: %s\n", what, strerror(errno));
	_exit(99);
}

static void *memory(void *before, size_t size)
{
	void *given = realloc(before, size);
	if (!given)
		broken("memory");
	return given;
}

/* --- what is below the folder ------------------------------------------------------------------------------------ */

/* The whole path of what a call names; whether it lies below the folder. */
static int watched(int at, const char *path, char *whole)
{
	char base[PATH_MAX] = "", link[64];
	if (plan == NONE && !*below)
		return 0;
	if (path[0] != '/') {
		ssize_t len;
		if (at == AT_FDCWD)
			snprintf(link, sizeof link, "/proc/self/cwd");
		else
			snprintf(link, sizeof link, "/proc/self/fd/%d", at);
		len = readlink(link, base, sizeof base - 2);
		if (len < 0)
			return 0;
		base[len] = '/';
		base[len + 1] = 0;
	}
	if (snprintf(whole, PATH_MAX, "%s%s", base, path) >= PATH_MAX)
		return 0;
	size_t len = strlen(whole), root = strlen(below);
	while (len > root && whole[len - 1] == '/')
		whole[--len] = 0;
	return *below && !strncmp(whole, below, root) && (whole[root] == '/' || !whole[root]);
}

static struct file *file_of(const struct stat *found)
{
	for (struct file *file = files; file; file = file->next)
		if (file->dev == found->st_dev && file->ino == found->st_ino)
			return file;
	return NULL;
}

/* The file behind a descriptor, if it was opened below the folder. */
static struct file *file_at(int fd)
{
	struct stat found;
	return files && !fstat(fd, &found) && S_ISREG(found.st_mode) ? file_of(&found) : NULL;
}

static struct folder *folder_of(const struct stat *found)
{
	for (struct folder *folder = folders; folder; folder = folder->next)
		if (folder->dev == found->st_dev && folder->ino == found->st_ino)
			return folder;
	return NULL;
}

static struct folder *folder_at(const char *path)
{
	int fd = real_open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat found;
	if (fd < 0 || fstat(fd, &found))
		return NULL;
	struct folder *folder = folder_of(&found);
	if (folder) {
		close(fd);
		return folder;
	}
	folder = memory(NULL, sizeof *folder);
	*folder = (struct folder){ found.st_dev, found.st_ino, fd, 0, 0, folders };
	return folders = folder;
}

/* Splits a path into the folder that holds the name, and the name. */
static struct folder *parent(char *path, const char **name)
{
	char *slash = strrchr(path, '/');
	*name = slash + 1;
	*slash = 0;
	struct folder *folder = folder_at(path);
	*slash = '/';
	return folder;
}

static struct file *know(int fd)
{
	struct stat found;
	if (fstat(fd, &found) || !S_ISREG(found.st_mode))
		return NULL;
	struct file *file = file_of(&found);
	if (!file) {
		file = memory(NULL, sizeof *file);
		*file = (struct file){ found.st_dev, found.st_ino, -1, found.st_size, 0, NULL, NULL, files };
		files = file;
	}
	if (file->fd < 0) {
		char link[64];
		snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
		file->fd = real_open(link, O_RDWR | O_CLOEXEC);
	}
	return file;
}

/* --- bytes ------------------------------------------------------------------------------------------------------- */

/* Remembers the old bytes of a range before it is written. */
static void remember(struct file *file, off_t from, off_t to)
{
	if (to <= from || file->fd < 0)
		return;
	size_t first = (size_t)from / SECTOR, end = ((size_t)to + SECTOR - 1) / SECTOR;
	if (end > file->count) {
		size_t count = end * 2;
		file->old = memory(file->old, count * sizeof *file->old);
		file->state = memory(file->state, count);
		memset(file->old + file->count, 0, (count - file->count) * sizeof *file->old);
		memset(file->state + file->count, CLEAN, count - file->count);
		file->count = count;
	}
	for (size_t at = first; at < end; at++) {
		if (file->state[at] != CLEAN)
			continue;
		file->old[at] = memory(NULL, SECTOR);
		memset(file->old[at], 0, SECTOR);
		if (real_pread(file->fd, file->old[at], SECTOR, (off_t)at * SECTOR) < 0)
			broken("read old bytes");
		file->state[at] = PENDING;
	}
	/* The system writes pages: one that is written again takes along what a failed sync left behind in it. */
	size_t page = PAGE / SECTOR;
	size_t until = (end + page - 1) / page * page;
	for (size_t at = first / page * page; at < until && at < file->count; at++)
		if (file->state[at] == STRANDED)
			file->state[at] = PENDING;
}

static off_t size_of(struct file *file)
{
	struct stat found;
	return fstat(file->fd, &found) ? 0 : found.st_size;
}

static void forget(struct file *file, size_t at)
{
	free(file->old[at]);
	file->old[at] = NULL;
	file->state[at] = CLEAN;
}

/* A sync that succeeded, or was told to fail. */
static void settle(struct file *file, int succeeded)
{
	for (size_t at = 0; at < file->count; at++) {
		if (file->state[at] != PENDING)
			continue;
		if (succeeded)
			forget(file, at);
		else
			file->state[at] = STRANDED;
	}
	if (succeeded && file->fd >= 0)
		file->synced_size = size_of(file);
}

enum { ALL_LOST, SECTORS, PAGES, ALL_KEPT, MANNERS };

/* Takes back a part of what was not synced. */
static void tear(struct file *file, int manner)
{
	if (file->fd < 0)
		return;
	off_t now = size_of(file), size = file->synced_size;
	off_t low = now < size ? now : size, high = now < size ? size : now;
	if (manner != ALL_LOST && now != size) {
		switch (draw() % 3) {
		case 0: size = now; break;
		case 1: size = low + (off_t)(draw() % (uint64_t)(high - low + 1)); break;
		default: break;
		}
	}
	if (manner == ALL_KEPT)
		size = now;
	int lost = 1;
	for (size_t at = 0; at < file->count; at++) {
		if (manner == SECTORS || (manner == PAGES && at % (PAGE / SECTOR) == 0))
			lost = draw() % 2 == 0;
		off_t place = (off_t)at * SECTOR;
		if (file->state[at] == CLEAN || place >= size)
			continue;
		/* What a failed sync left behind is not there, whatever else arrived. */
		int gone = manner == ALL_LOST || (manner != ALL_KEPT && lost) || place >= now;
		if (file->state[at] == STRANDED || gone)
			if (real_pwrite(file->fd, file->old[at], SECTOR, place) != SECTOR)
				broken("write old bytes back");
	}
	if (real_ftruncate(file->fd, size))
		broken("set the size back");
}

/* --- names ------------------------------------------------------------------------------------------------------- */

static struct change *changed(enum change_kind kind, struct folder *in, const char *name)
{
	struct change *change = memory(NULL, sizeof *change);
	*change = (struct change){ .kind = kind, .in = in, .from = in, .next = changes };
	snprintf(change->name, sizeof change->name, "%s", name);
	in->changes++;
	return changes = change;
}

/* Keeps a file that is about to lose its name; gives the name under which it is kept. */
static void keep_aside(struct folder *in, const char *name, char *kept)
{
	char path[PATH_MAX + 40];
	kept[0] = 0;
	do {
		snprintf(kept, 32, "kept-%d-%lu", (int)getpid(), ++kept_aside);
		snprintf(path, sizeof path, "%s/%s", aside, kept);
	} while (!access(path, F_OK));
	if (linkat(in->fd, name, AT_FDCWD, path, 0))
		kept[0] = 0;
}

/* The names in a folder are durable from here on. */
static void settle_names(struct folder *folder)
{
	struct change **place = &changes;
	while (*place) {
		struct change *change = *place;
		if (change->in != folder) {
			place = &change->next;
			continue;
		}
		if (change->aside[0]) {
			char path[PATH_MAX + 40];
			snprintf(path, sizeof path, "%s/%s", aside, change->aside);
			real_unlinkat(AT_FDCWD, path, 0);
		}
		*place = change->next;
		free(change);
	}
	folder->changes = 0;
}

static void remove_tree(int at, const char *name)
{
	int fd = real_openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	while (folder && (entry = readdir(folder)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			if (real_unlinkat(fd, entry->d_name, 0))
				remove_tree(fd, entry->d_name);
	if (folder)
		closedir(folder);
	real_unlinkat(at, name, AT_REMOVEDIR);
}

static void undo(struct change *change)
{
	char kept[PATH_MAX + 40];
	snprintf(kept, sizeof kept, "%s/%s", aside, change->aside);
	switch (change->kind) {
	case MADE:
		real_unlinkat(change->in->fd, change->name, 0);
		break;
	case MADE_FOLDER:
		remove_tree(change->in->fd, change->name);
		break;
	case RENAMED:
		real_renameat(change->in->fd, change->name, change->from->fd, change->before);
		break;
	case REMOVED:
		break;
	}
	if (change->aside[0])
		real_renameat(AT_FDCWD, kept, change->in->fd, change->name);
}

/* --- the end ----------------------------------------------------------------------------------------------------- */

static FILE *beside(const char *name, const char *mode)
{
	char path[PATH_MAX + 40];
	snprintf(path, sizeof path, "%s/%s", aside, name);
	return fopen(path, mode);
}

static void report(const char *call, const char *path)
{
	FILE *file = beside("report", "a");
	size_t root = strlen(below);
	if (!file)
		return;
	fprintf(file, "%s %lu %s %s\n", plan == CUT ? "cut" : plan == KILL ? "kill" : "fail", met, call,
		strncmp(path, below, root) ? path : path + root);
	fclose(file);
}

/* Hands what is not synced to the next process. */
static void hand_on(void)
{
	FILE *out = beside("pending", "w");
	if (!out)
		return;
	for (struct file *file = files; file; file = file->next) {
		size_t count = 0;
		struct stat found;
		if (file->fd < 0 || fstat(file->fd, &found) || !found.st_nlink)
			continue;
		for (size_t at = 0; at < file->count; at++)
			count += file->state[at] != CLEAN;
		if (!count && found.st_size == file->synced_size)
			continue;
		fprintf(out, "F %llu %llu %lld %zu\n", (unsigned long long)file->dev, (unsigned long long)file->ino,
			(long long)file->synced_size, count);
		for (size_t at = 0; at < file->count; at++)
			if (file->state[at] != CLEAN) {
				fprintf(out, "%zu %d ", at, file->state[at]);
				fwrite(file->old[at], 1, SECTOR, out);
			}
	}
	for (struct change *change = changes; change; change = change->next)
		fprintf(out, "C %d %llu %llu %llu %llu %s %s %s\n", change->kind,
			(unsigned long long)change->in->dev, (unsigned long long)change->in->ino,
			(unsigned long long)change->from->dev, (unsigned long long)change->from->ino,
			change->name, change->before[0] ? change->before : "-",
			change->aside[0] ? change->aside : "-");
	fclose(out);
}

static void take_back(void)
{
	int manner = (int)(draw() % MANNERS);
	for (struct file *file = files; file; file = file->next)
		tear(file, manner);
	for (struct folder *folder = folders; folder; folder = folder->next) {
		folder->kept = manner == ALL_LOST ? 0 : draw() % (folder->changes + 1);
		if (manner == ALL_KEPT)
			folder->kept = folder->changes;
	}
	for (struct change *change = changes; change; change = change->next)
		if (change->in->changes-- > change->in->kept)
			undo(change);
}

static void end(const char *call, const char *path)
{
	report(call, path);
	if (plan == CUT)
		take_back();
	else
		hand_on();
	kill(getpid(), SIGKILL);
	for (;;)
		pause();
}

static const char *path_of(int fd)
{
	static char path[PATH_MAX];
	char link[64];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t len = readlink(link, path, sizeof path - 1);
	path[len < 0 ? 0 : len] = 0;
	return path;
}

/* Whether this call is the last one. */
static int last_call(void)
{
	return (plan == CUT || plan == KILL) && ++met == wanted;
}

/* Whether this call fails; errno says how. */
static int fails(const char *class, const char *call, const char *path)
{
	if (plan != FAIL || strcmp(class, class_to_fail))
		return 0;
	met++;
	if (met < wanted || (met > wanted && !stays))
		return 0;
	if (met == wanted)
		report(call, path);
	errno = error_to_give;
	return 1;
}

/* --- the beginning ----------------------------------------------------------------------------------------------- */

static void take_over(void);

static void find(const char *name, void *into)
{
	void *symbol = dlsym(RTLD_NEXT, name);
	if (!symbol)
		broken(name);
	memcpy(into, &symbol, sizeof symbol);
}

static void read_plan(const char *text)
{
	char verb[16] = "", error[16] = "", more[16] = "";
	if (sscanf(text, "%15s %lu", verb, &wanted) == 2) {
		plan = !strcmp(verb, "cut") ? CUT : !strcmp(verb, "kill") ? KILL : NONE;
		return;
	}
	if (sscanf(text, "%15s %15s %lu %15s", class_to_fail, error, &wanted, more) >= 3) {
		plan = FAIL;
		error_to_give = !strcmp(error, "ENOSPC") ? ENOSPC : EIO;
		stays = !strcmp(more, "stay");
	}
}

__attribute__((constructor)) static void begin(void)
{
	find("open64", &real_open);
	find("openat64", &real_openat);
	find("write", &real_write);
	find("pwrite64", &real_pwrite);
	find("read", &real_read);
	find("pread64", &real_pread);
	find("fsync", &real_fsync);
	find("fdatasync", &real_fdatasync);
	find("sync_file_range", &real_sync_file_range);
	find("ftruncate64", &real_ftruncate);
	find("renameat", &real_renameat);
	find("unlinkat", &real_unlinkat);
	find("mkdirat", &real_mkdirat);
	const char *folder = getenv("FAULTS_BELOW"), *beside_it = getenv("FAULTS_ASIDE");
	const char *seed = getenv("FAULTS_SEED"), *text = getenv("FAULTS_PLAN");
	if (!folder || !beside_it)
		return;
	snprintf(aside, sizeof aside, "%s", beside_it);
	luck = seed ? strtoull(seed, NULL, 10) : 0;
	read_plan(text ? text : "");
	take_over();
	snprintf(below, sizeof below, "%s", folder);
	unsetenv("LD_PRELOAD");
}

__attribute__((destructor)) static void finish(void)
{
	pthread_mutex_lock(&lock);
	if (*below)
		hand_on();
	pthread_mutex_unlock(&lock);
}

/* Opens whatever has this number below a folder. */
static int find_number(const char *path, dev_t dev, ino_t ino, int flags)
{
	struct stat found;
	if (lstat(path, &found))
		return -1;
	if (found.st_dev == dev && found.st_ino == ino)
		return real_open(path, flags | O_CLOEXEC);
	if (!S_ISDIR(found.st_mode))
		return -1;
	DIR *folder = opendir(path);
	struct dirent *entry;
	int fd = -1;
	while (fd < 0 && folder && (entry = readdir(folder))) {
		char inner[PATH_MAX];
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name) < PATH_MAX)
			fd = find_number(inner, dev, ino, flags);
	}
	if (folder)
		closedir(folder);
	return fd;
}

static int find_again(unsigned long long dev, unsigned long long ino, int flags)
{
	int fd = find_number(getenv("FAULTS_BELOW"), (dev_t)dev, (ino_t)ino, flags);
	return fd < 0 ? find_number(aside, (dev_t)dev, (ino_t)ino, flags) : fd;
}

static void take_over_file(FILE *in)
{
	unsigned long long dev, ino;
	long long size;
	size_t count;
	if (fscanf(in, " %llu %llu %lld %zu", &dev, &ino, &size, &count) != 4)
		broken("read what is pending");
	int fd = find_again(dev, ino, O_RDWR);
	struct file *file = fd < 0 ? NULL : know(fd);
	if (file)
		file->synced_size = size;
	for (; count; count--) {
		size_t at;
		int state;
		unsigned char old[SECTOR];
		if (fscanf(in, "%zu %d", &at, &state) != 2 || fgetc(in) != ' ' || fread(old, 1, SECTOR, in) != SECTOR)
			broken("read pending bytes");
		if (!file)
			continue;
		remember(file, (off_t)at * SECTOR, (off_t)(at + 1) * SECTOR);
		memcpy(file->old[at], old, SECTOR);
		file->state[at] = (unsigned char)state;
	}
	if (fd >= 0)
		close(fd);
}

static struct folder *folder_again(unsigned long long dev, unsigned long long ino)
{
	char link[64];
	int fd = find_again(dev, ino, O_PATH | O_DIRECTORY);
	if (fd < 0)
		return NULL;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	struct folder *folder = folder_at(link);
	close(fd);
	return folder;
}

static void take_over(void)
{
	FILE *in = beside("pending", "r");
	struct change *newest = NULL, **last = &newest;
	int mark;
	while (in && (mark = fgetc(in)) != EOF) {
		if (mark == 'F')
			take_over_file(in);
		if (mark != 'C')
			continue;
		int kind;
		unsigned long long dev, ino, from_dev, from_ino;
		char name[NAME_MAX + 1], before[NAME_MAX + 1], kept[32];
		if (fscanf(in, " %d %llu %llu %llu %llu %255s %255s %31s", &kind, &dev, &ino, &from_dev, &from_ino, name,
			   before, kept) != 8)
			broken("read pending names");
		struct folder *folder = folder_again(dev, ino), *from = folder_again(from_dev, from_ino);
		if (!folder || !from)
			continue;
		struct change *change = changed((enum change_kind)kind, folder, name);
		changes = change->next;
		change->next = NULL;
		change->from = from;
		snprintf(change->before, sizeof change->before, "%s", strcmp(before, "-") ? before : "");
		snprintf(change->aside, sizeof change->aside, "%s", strcmp(kept, "-") ? kept : "");
		*last = change;
		last = &change->next;
	}
	changes = newest;
	if (in) {
		char path[PATH_MAX + 40];
		fclose(in);
		snprintf(path, sizeof path, "%s/pending", aside);
		real_unlinkat(AT_FDCWD, path, 0);
	}
}

/* --- the calls --------------------------------------------------------------------------------------------------- */

static int open_watched(int at, const char *path, int flags, mode_t mode, char *whole)
{
	const char *name;
	struct folder *in = parent(whole, &name);
	struct stat found;
	int there = !fstatat(at, path, &found, 0);
	if ((flags & O_TRUNC) && there) {
		int fd = real_openat(at, path, O_RDWR | O_CLOEXEC);
		struct file *file = fd < 0 ? NULL : know(fd);
		if (file)
			remember(file, 0, found.st_size);
		if (fd >= 0)
			close(fd);
	}
	int making = (flags & O_CREAT) && !there;
	int fd = real_openat(at, path, flags, mode);
	if (fd < 0)
		return fd;
	struct file *file = know(fd);
	if (making && file && in) {
		file->synced_size = 0;
		changed(MADE, in, name);
	}
	if ((making || (flags & O_TRUNC)) && last_call())
		end("open", whole);
	return fd;
}

static int open_any(int at, const char *path, int flags, mode_t mode)
{
	char whole[PATH_MAX];
	if (!watched(at, path, whole))
		return real_openat(at, path, flags, mode);
	pthread_mutex_lock(&lock);
	int fd = (flags & O_CREAT) && fails("name", "open", whole) ? -1 : open_watched(at, path, flags, mode, whole);
	int error = errno;
	pthread_mutex_unlock(&lock);
	errno = error;
	return fd;
}

#define MODE(flags, mode)                        \
	mode_t mode = 0;                         \
	if ((flags) & (O_CREAT | O_TMPFILE)) {   \
		va_list more;                    \
		va_start(more, flags);           \
		mode = va_arg(more, mode_t);     \
		va_end(more);                    \
	}

int open(const char *path, int flags, ...)
{
	MODE(flags, mode)
	return open_any(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	MODE(flags, mode)
	return open_any(AT_FDCWD, path, flags, mode);
}

int openat(int at, const char *path, int flags, ...)
{
	MODE(flags, mode)
	return open_any(at, path, flags, mode);
}

int openat64(int at, const char *path, int flags, ...)
{
	MODE(flags, mode)
	return open_any(at, path, flags, mode);
}

/* A write at a place, or at the descriptor's own where `at` is negative. */
static ssize_t write_any(int fd, const void *bytes, size_t len, off_t at)
{
	pthread_mutex_lock(&lock);
	struct file *file = file_at(fd);
	ssize_t written;
	if (file && fails("write", "write", path_of(fd))) {
		written = -1;
		/* A disk that fills up in the middle may take the first half. */
		if (error_to_give == ENOSPC && len > 1 && met == wanted && draw() % 2) {
			len /= 2;
			goto write;
		}
	} else {
	write:
		if (file) {
			off_t from = at < 0 ? lseek(fd, 0, SEEK_CUR) : at;
			remember(file, from, from + (off_t)len);
		}
		written = at < 0 ? real_write(fd, bytes, len) : real_pwrite(fd, bytes, len, at);
		if (file && last_call())
			end("write", path_of(fd));
	}
	int error = errno;
	pthread_mutex_unlock(&lock);
	errno = error;
	return written;
}

ssize_t write(int fd, const void *bytes, size_t len)
{
	return *below && fd > 2 ? write_any(fd, bytes, len, -1) : real_write(fd, bytes, len);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	return *below ? write_any(fd, bytes, len, at) : real_pwrite(fd, bytes, len, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t at)
{
	return pwrite(fd, bytes, len, at);
}

static int read_fails(int fd)
{
	if (plan != FAIL || strcmp(class_to_fail, "read"))
		return 0;
	pthread_mutex_lock(&lock);
	int failed = file_at(fd) && fails("read", "read", path_of(fd));
	pthread_mutex_unlock(&lock);
	return failed;
}

ssize_t read(int fd, void *into, size_t len)
{
	if (!read_fails(fd))
		return real_read(fd, into, len);
	errno = error_to_give;
	return -1;
}

ssize_t pread(int fd, void *into, size_t len, off_t at)
{
	if (!read_fails(fd))
		return real_pread(fd, into, len, at);
	errno = error_to_give;
	return -1;
}

ssize_t pread64(int fd, void *into, size_t len, off_t at)
{
	return pread(fd, into, len, at);
}

static int sync_any(int fd, int (*sync)(int), const char *call)
{
	struct stat found;
	pthread_mutex_lock(&lock);
	struct file *file = file_at(fd);
	struct folder *folder = !file && !fstat(fd, &found) && S_ISDIR(found.st_mode) ? folder_of(&found) : NULL;
	int done = 0;
	if ((file || folder) && last_call())
		end(call, path_of(fd));
	if ((file || folder) && fails("sync", call, path_of(fd))) {
		done = -1;
		if (file)
			settle(file, 0);
	} else {
		/* A real sync would only take time: there is no power to be cut. */
		if (!file && !folder)
			done = sync(fd);
		if (file)
			settle(file, 1);
		if (folder)
			settle_names(folder);
	}
	int error = errno;
	pthread_mutex_unlock(&lock);
	errno = error;
	return done;
}

int fsync(int fd)
{
	return *below ? sync_any(fd, real_fsync, "fsync") : real_fsync(fd);
}

int fdatasync(int fd)
{
	return *below ? sync_any(fd, real_fdatasync, "fdatasync") : real_fdatasync(fd);
}

int sync_file_range(int fd, off_t at, off_t len, unsigned flags)
{
	if (!*below)
		return real_sync_file_range(fd, at, len, flags);
	pthread_mutex_lock(&lock);
	struct file *file = file_at(fd);
	int failed = 0;
	if (file && last_call())
		end("sync_file_range", path_of(fd));
	if (file && fails("sync", "sync_file_range", path_of(fd))) {
		failed = -1;
		settle(file, 0);
	}
	int error = errno;
	pthread_mutex_unlock(&lock);
	errno = error;
	return failed;
}

int ftruncate(int fd, off_t len)
{
	if (!*below)
		return real_ftruncate(fd, len);
	pthread_mutex_lock(&lock);
	struct file *file = file_at(fd);
	int done = -1;
	if (!file || !fails("write", "ftruncate", path_of(fd))) {
		if (file)
			remember(file, len, size_of(file));
		done = real_ftruncate(fd, len);
		if (file && last_call())
			end("ftruncate", path_of(fd));
	}
	int error = errno;
	pthread_mutex_unlock(&lock);
	errno = error;
	return done;
}

int ftruncate64(int fd, off_t len)
{
	return ftruncate(fd, len);
}

int renameat(int from_at, const char *from, int to_at, const char *to)
{
	char source[PATH_MAX], target[PATH_MAX];
	if (!watched(from_at, from, source) || !watched(to_at, to, target))
		return real_renameat(from_at, from, to_at, to);
	pthread_mutex_lock(&lock);
	const char *before, *name;
	struct folder *out_of = parent(source, &before), *into = parent(target, &name);
	int done = -1;
	char kept[32] = "";
	if (!fails("name", "rename", target)) {
		if (into)
			keep_aside(into, name, kept);
		done = real_renameat(from_at, from, to_at, to);
	}
	int error = errno;
	if (!done && into && out_of) {
		struct change *change = changed(RENAMED, into, name);
		change->from = out_of;
		snprintf(change->before, sizeof change->before, "%s", before);
		snprintf(change->aside, sizeof change->aside, "%s", kept);
		if (last_call())
			end("rename", target);
	}
	pthread_mutex_unlock(&lock);
	errno = error;
	return done;
}

int rename(const char *from, const char *to)
{
	return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int unlinkat(int at, const char *path, int flags)
{
	char whole[PATH_MAX];
	if ((flags & AT_REMOVEDIR) || !watched(at, path, whole))
		return real_unlinkat(at, path, flags);
	pthread_mutex_lock(&lock);
	const char *name;
	struct folder *in = parent(whole, &name);
	int done = -1;
	char kept[32] = "";
	if (!fails("name", "unlink", whole)) {
		if (in)
			keep_aside(in, name, kept);
		done = real_unlinkat(at, path, flags);
	}
	int error = errno;
	if (!done && in) {
		snprintf(changed(REMOVED, in, name)->aside, sizeof kept, "%s", kept);
		if (last_call())
			end("unlink", whole);
	}
	pthread_mutex_unlock(&lock);
	errno = error;
	return done;
}

int unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

int mkdirat(int at, const char *path, mode_t mode)
{
	char whole[PATH_MAX];
	if (!watched(at, path, whole))
		return real_mkdirat(at, path, mode);
	pthread_mutex_lock(&lock);
	const char *name;
	struct folder *in = parent(whole, &name);
	int done = fails("name", "mkdir", whole) ? -1 : real_mkdirat(at, path, mode);
	int error = errno;
	if (!done && in) {
		changed(MADE_FOLDER, in, name);
		if (last_call())
			end("mkdir", whole);
	}
	pthread_mutex_unlock(&lock);
	errno = error;
	return done;
}

int mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}
