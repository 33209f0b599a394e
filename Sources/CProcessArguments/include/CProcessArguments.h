// The arguments of the process for Swift's runtime, which calls what is here by itself: linking it is all there is to do.
#ifndef APUS_CPROCESSARGUMENTS_H
#define APUS_CPROCESSARGUMENTS_H

#endif
