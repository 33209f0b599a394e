import ApusBenchmarks
import Glibc

// Counts the heap allocations of runs of the models that are named, or of all, in a process where nothing else allocates. A
// line for each way to run a model: `mnist-cnn.inference.batch-16.threads-1 0`. The last number is the count.

/// Counts the allocations of a thousand runs, or of as many as half a second has room for, after one that is not watched.
func allocations(of run: any PreparedRun) -> UInt64 {
    run.run()
    let end = ContinuousClock.now + .milliseconds(500)
    let before = allocationCount()
    for _ in 0..<1000 where ContinuousClock.now < end { run.run() }
    return allocationCount() - before
}

let wanted = CommandLine.arguments.dropFirst()
let known = BenchmarkModel.all.map(\.name)
for name in wanted where !known.contains(name) {
    print("there is no model '\(name)'; known are \(known.joined(separator: ", "))")
    exit(64)
}
for model in BenchmarkModel.all where wanted.isEmpty || wanted.contains(model.name) {
    for entry in ModelCase.everyWay(model) { print(entry.name, allocations(of: try entry.prepare())) }
}
// The counter itself works: an array on the heap is seen.
let before = allocationCount()
let proof = [Int](repeating: CommandLine.arguments.count, count: 1000 * CommandLine.arguments.count)
print("counter", proof.count > 0 && allocationCount() > before ? "works" : "fails")
