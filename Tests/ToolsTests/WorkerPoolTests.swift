import Testing

/// The threads of a pool, looked at from a process that does nothing else.
@Suite struct WorkerPoolTests {
    @Test func threadsWorkSleepAndEnd() throws {
        let result = try Tool.run("worker-pool-check", [])
        #expect(result.status == 0, "\(result.error)")
        var lines = result.output.split(separator: "\n").map(String.init)[...]
        func next(_ words: String) -> String? {
            guard let line = lines.popFirst(), line.hasPrefix(words + " ") else { return nil }
            return String(line.dropFirst(words.count + 1))
        }
        #expect(next("threads before") == "1")
        for isPinned in [false, true] {
            #expect(next("threads with a pool") == "4")
            let processors = next("processors of the caller").flatMap { Int($0) } ?? 0
            #expect(isPinned ? processors == 1 : processors >= 1)
            #expect(next("sums") == "right")
            #expect(next("chains") == "right")
            #expect(next("workers sleep") == "true")
            #expect(next("threads after") == "1")
            #expect(next("processors given back") == "true")
        }
        #expect(next("threads after many pools") == "1")
        #expect(lines.isEmpty)
    }
}
