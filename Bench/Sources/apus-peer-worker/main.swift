// Apus's side of Bench/peers; Bench/peers/README.md states the protocol.
//
//     apus-peer-worker                             answers requests, one a line, until standard input ends
//     apus-peer-worker initialize SPEC SEED X.apus makes a model with initial weights

import Foundation

/// Answers one request. The fields of a request are separated by tabs.
func answer(_ request: [String], _ subject: inout Subject?) throws -> String {
    switch (request.first, request.count) {
    case ("load", 5):
        guard let batch = Int(request[3]), let threads = Int(request[4]) else {
            throw WorkerError("batch and threads are numbers")
        }
        subject = nil
        subject = try Subject.load(plan: request[1], samples: request[2], batch: batch, threads: threads)
        return "ok"
    case ("run", 2):
        guard let milliseconds = Int(request[1]) else { throw WorkerError("milliseconds are a number") }
        guard var loaded = subject.take() else { throw WorkerError("load something first") }
        let times = try loaded.measure(milliseconds: milliseconds)
        subject = consume loaded
        return "ok\t\(times.calls)\t\(times.minimum)\t\(times.median)"
    case ("output", 2):
        guard let loaded = subject.take() else { throw WorkerError("load something first") }
        try loaded.writeOutputs(to: request[1])
        subject = consume loaded
        return "ok"
    default:
        throw WorkerError("not a request: \(request.joined(separator: " "))")
    }
}

func serve() {
    var subject: Subject?
    while let line = readLine() {
        let reply: String
        do {
            reply = try answer(line.split(separator: "\t").map(String.init), &subject)
        } catch {
            reply = "error\t\(error)"
        }
        FileHandle.standardOutput.write(Data((reply + "\n").utf8))
    }
}

let arguments = CommandLine.arguments
if arguments.count == 5, arguments[1] == "initialize", let seed = UInt64(arguments[3]) {
    do {
        try initialize(spec: arguments[2], seed: seed, output: arguments[4])
    } catch {
        print("\(arguments[2]): \(error)")
        exit(1)
    }
} else if arguments.count == 1 {
    serve()
} else {
    print("usage: apus-peer-worker [initialize SPEC SEED X.apus]")
    exit(64)
}
