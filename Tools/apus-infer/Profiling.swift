import ApusFiles
import ApusGraph
import ApusJSON
import ApusProfile
import ApusRuntime
import ApusText

/// Records runs of the network on made-up samples and prints where their time goes.
func profile(_ arguments: Arguments) throws(Failure) {
    var network = try loadFilled(arguments)
    let limits = try reporting { () throws(SessionError) in
        let plan = network.plan
        return try MachineLimits.measure(
            on: plan.target, of: Set(plan.body.map { $0.factors(lanes: plan.target.lanes) }))
    }
    do { try record(&network) } catch { throw Failure(error.description) }
    guard let recording = network.recording() else { return }
    let profile = Profile(recording, plan: network.plan, limits: limits)
    if let trace = arguments.trace {
        let text = TraceDocument(profile).value.compact + "\n"
        try reporting { () throws(FileError) in try writeFile(Array(text.utf8), to: trace) }
    }
    try printAnswer(
        arguments.isJSON
            ? TraceDocument(profile).value.compact + "\n"
            : ProfileTable(profile).lines.map { printable($0) + "\n" }.joined())
}

/// Runs are left out that take a fifth longer than the shortest: something else had the processor.
private let tolerance = 1.2
/// Events that are kept of each thread.
private let eventRoom = 4096

/// Warms up, then records runs for half a second: 3 at least.
private func record(_ network: inout Network) throws(SessionError) {
    try warmUp(&network)
    network.startRecording(eventRoom: eventRoom, tolerance: tolerance)
    var end = now() + 50_000_000
    repeat { try network.run(samples: network.batch) } while now() < end
    network.restartRecording()
    end = now() + 500_000_000
    var runs = 0
    repeat {
        try network.run(samples: network.batch)
        runs += 1
    } while now() < end || runs < 3
}
