#include "CPlatform.h"
#include <signal.h>

static volatile sig_atomic_t requested = 0;

static void note(int number) {
    requested = 1;
    signal(number, SIG_DFL);
}

void apus_catch_stop_signals(void) {
    signal(SIGINT, note);
    signal(SIGTERM, note);
}

bool apus_stop_requested(void) { return requested != 0; }
