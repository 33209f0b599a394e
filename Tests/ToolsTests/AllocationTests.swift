import Testing

/// A run of a session allocates nothing. The counting is a process of its own, in which nothing else allocates.
@Suite struct AllocationTests {
    @Test func aThousandRunsAllocateNothing() throws {
        let models = ["mnist-cnn", "mnist-cnn-small", "lenet5", "mlp"]
        let result = try Tool.run("allocation-count", models.map { repositoryFile("Models/\($0).graph") })
        #expect(result.status == 0, "\(result.error)")
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == models.count * 6 + 1)
        #expect(lines.last == "counter works")
        for line in lines.dropLast() { #expect(line.hasSuffix(" 0"), "\(line)") }
    }
}
