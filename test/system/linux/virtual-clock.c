/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

/*
 * Preloaded into User-Mode Linux: its clock moves when it sleeps, and never else.
 *
 * The kernel reads the time with clock_gettime, arms one POSIX timer, and waits for it in
 * sigsuspend when nothing can run (arch/um/os-Linux/time.c, os_idle_sleep). Here that wait ends at
 * once, with the clock at the time the timer was armed for. So an hour takes what its timers cost,
 * the load of the machine changes nothing, and two runs of the same script see the same times.
 *
 * Early in the boot the timer is periodic, and loops count its signals without a look at the
 * clock: until the kernel arms it for one shot, everything is the machine's.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL

/* What a look at the clock costs, in ns: loops that wait for the time to change must end. */
#define LOOK 20LL

/* The time since boot, in ns, once it is ours; CLOCK_REALTIME adds EPOCH to it. */
static int64_t g_now;
static const int64_t EPOCH = 1700000000LL * SECOND;

/* When the timer fires, in ns; 0: not armed. */
static int64_t g_deadline;

static int g_ours;

/* The functions of the C library. */
static int (*g_clockGettime)(clockid_t, struct timespec*);
static int (*g_timerSettime)(timer_t, int, const struct itimerspec*, struct itimerspec*);
static int (*g_timerGettime)(timer_t, struct itimerspec*);
static int (*g_sigsuspend)(const sigset_t*);
static int (*g_clone)(int (*)(void*), void*, int, void*, ...);

__attribute__((constructor)) static void
Find(void)
{
    *(void**)&g_clockGettime = dlsym(RTLD_NEXT, "clock_gettime");
    *(void**)&g_timerSettime = dlsym(RTLD_NEXT, "timer_settime");
    *(void**)&g_timerGettime = dlsym(RTLD_NEXT, "timer_gettime");
    *(void**)&g_sigsuspend = dlsym(RTLD_NEXT, "sigsuspend");
    *(void**)&g_clone = dlsym(RTLD_NEXT, "clone");
}

static struct timespec
ToTimespec(int64_t ns)
{
    struct timespec ts = {ns / SECOND, ns % SECOND};
    return ts;
}

static int64_t
ToNs(struct timespec ts)
{
    return ts.tv_sec * SECOND + ts.tv_nsec;
}

static void
Fire(void)
{
    g_deadline = 0;
    kill(getpid(), SIGALRM);
}

int
clock_gettime(clockid_t id, struct timespec* ts)
{
    if (!g_ours)
    {
        return g_clockGettime(id, ts);
    }
    g_now += LOOK;
    if (g_deadline && g_now >= g_deadline)
    {
        Fire();
    }
    *ts = ToTimespec(id == CLOCK_REALTIME ? EPOCH + g_now : g_now);
    return 0;
}

int
timer_settime(timer_t timer, int flags, const struct itimerspec* spec, struct itimerspec* before)
{
    int64_t value = ToNs(spec->it_value);
    if (!g_ours && (ToNs(spec->it_interval) || !value))
    {
        return g_timerSettime(timer, flags, spec, before);
    }
    if (!g_ours)
    {
        struct itimerspec off = {{0, 0}, {0, 0}};
        struct timespec now;
        g_clockGettime(CLOCK_MONOTONIC, &now);
        g_now = ToNs(now);
        g_timerSettime(timer, 0, &off, NULL);
        g_ours = 1;
    }
    if (before)
    {
        timer_gettime(timer, before);
    }
    g_deadline = value ? value + (flags & TIMER_ABSTIME ? 0 : g_now) : 0;
    return 0;
}

int
timer_gettime(timer_t timer, struct itimerspec* spec)
{
    if (!g_ours)
    {
        return g_timerGettime(timer, spec);
    }
    spec->it_interval = ToTimespec(0);
    spec->it_value = ToTimespec(0);
    if (g_deadline)
    {
        spec->it_value = ToTimespec(g_deadline > g_now ? g_deadline - g_now : 1);
    }
    return 0;
}

int
sigsuspend(const sigset_t* mask)
{
    if (g_ours && g_deadline)
    {
        g_now = g_deadline > g_now ? g_deadline : g_now;
        Fire();
    }
    return g_sigsuspend(mask);
}

struct Start
{
    int (*run)(void*);
    void* argument;
};

static int
StartHelper(void* start)
{
    struct Start helper = *(struct Start*)start;
    free(start);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    return helper.run(helper.argument);
}

/* The kernel's helpers must not outlive it when it is killed. */
int
clone(int (*run)(void*), void* stack, int flags, void* argument, ...)
{
    struct Start* start = malloc(sizeof(*start));
    if (!start)
    {
        return -1;
    }
    start->run = run;
    start->argument = argument;
    return g_clone(StartHelper, stack, flags, start);
}
