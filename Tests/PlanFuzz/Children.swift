import Glibc

/// What a process and its children both see: at which case a child is, and what became of its cases.
struct SharedNumbers {
    private let words: UnsafeMutablePointer<Int>

    init() {
        let room = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)!
        precondition(room != MAP_FAILED, "no memory to share")
        words = room.assumingMemoryBound(to: Int.self)
    }

    /// The case that the child is at, or the next one after its last.
    var current: Int {
        get { words[0] }
        nonmutating set { words[0] = newValue }
    }

    subscript(outcome: Outcome) -> Int {
        get { words[1 + outcome.rawValue] }
        nonmutating set { words[1 + outcome.rawValue] = newValue }
    }
}

/// A copy of this process that goes through cases, and may be ended by one.
struct Child {
    let shared: SharedNumbers
    private(set) var process: pid_t

    /// Seconds of processor time that a case may take, and seconds by the clock.
    static let limits = (processor: 20, clock: 120)

    /// - Parameter body: what the copy does before it ends.
    init(_ shared: SharedNumbers, _ body: () -> Void) {
        self.shared = shared
        // Swift keeps away from fork, because threads of the process are not copied; there are none when this is called.
        let fork = unsafeBitCast(dlsym(nil, "fork"), to: (@convention(c) () -> pid_t).self)
        process = fork()
        precondition(process >= 0, "no process for the cases")
        guard process == 0 else { return }
        // A signal ends it as it should, without a word.
        for signal in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT] { Glibc.signal(signal, SIG_DFL) }
        body()
        _exit(0)
    }

    /// Has a signal end the process if the case that begins now takes too long.
    static func limitTime() {
        var time = itimerval()
        time.it_value.tv_sec = limits.processor
        setitimer(Int32(ITIMER_PROF.rawValue), &time, nil)
        alarm(UInt32(limits.clock))
    }

    /// Waits for one of several to end. Gives its number, and how it ended: nil where it did so by itself.
    static func wait(for children: [Child]) -> (index: Int, ending: String?) {
        var status: Int32 = 0
        var process: pid_t = -1
        repeat { process = waitpid(-1, &status, 0) } while process < 0 && errno == EINTR
        guard let index = children.firstIndex(where: { $0.process == process }) else { return (0, "was lost") }
        let signal = status & 0x7f
        switch signal {
        case 0: return (index, status == 0 ? nil : "ended with status \((status >> 8) & 0xff)")
        case SIGPROF: return (index, "took more than \(limits.processor) s of processor time")
        case SIGALRM: return (index, "took more than \(limits.clock) s")
        default: return (index, "ended by signal \(signal), \(String(cString: strsignal(signal)))")
        }
    }
}
