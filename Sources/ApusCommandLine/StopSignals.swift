import Glibc
import Synchronization

/// Interrupts from the keyboard (SIGINT) and requests to end (SIGTERM), for work that finishes what it is at first.
package enum StopSignals {
    /// Catches the next of them; the one after that ends the program at once.
    ///
    /// From here on a write beyond the limit of a file's size is an error as any other, too, and not the end of the program.
    package static func catchNext() {
        // The handler may run at any instruction: so the variable has its first access here, and not there.
        caught.store(0, ordering: .relaxed)
        for number in [SIGINT, SIGTERM] {
            // Does only what may be done in a handler: compares a number, and asks the system to forget the handler.
            _ = signal(number) { number in
                let isFirst = caught.compareExchange(expected: 0, desired: number, ordering: .relaxed).exchanged
                _ = signal(SIGINT, SIG_DFL)
                _ = signal(SIGTERM, SIG_DFL)
                // Two that come together are handled by two threads at once.
                if !isFirst { raise(number) }
            }
        }
        _ = signal(SIGXFSZ, SIG_IGN)
    }

    /// The number of the signal that was caught; nil where none was.
    package static var number: Int32? {
        let number = caught.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// What a program's exit code is, by the custom of shells, where a signal ended it.
    package static func exitCode(_ number: Int32) -> Int32 { 128 + number }
}

private let caught = Atomic<Int32>(0)
