import Dispatch
import Glibc

/// Returns when one of these signals comes, with its number.
func stopSignal(_ numbers: [Int32] = [SIGINT, SIGTERM]) async -> Int32 {
    let (arrivals, arrival) = AsyncStream.makeStream(of: Int32.self)
    var sources: [any DispatchSourceSignal] = []
    for number in numbers {
        // A source sees what the process ignores.
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { arrival.yield(number) }
        source.activate()
        sources.append(source)
    }
    defer { for source in sources { source.cancel() } }
    for await number in arrivals { return number }
    return 0
}
