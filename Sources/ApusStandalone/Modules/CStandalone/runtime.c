#include "CStandalone.h"

#include <stdlib.h>

void apus_no_runtime(void) { abort(); }
