import ApusCompiler
import ApusData
import ApusGraph
import ApusTraining
import Testing

@testable import ApusReport

@Suite struct ReportTests {
    private static let hostile = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "&amp;"]

    /// Images of 40 × 40 in three channels, of a thousand samples, all of them answered wrong.
    private func evaluation() throws -> (DetailedEvaluation, Dataset) {
        let count = 1_000
        var bytes = [UInt8](repeating: 0, count: count * 3 * 40 * 40)
        var state: UInt32 = 1
        for index in bytes.indices {
            state = state &* 1_664_525 &+ 1_013_904_223
            bytes[index] = UInt8(state >> 24)
        }
        let labels = (0..<count).map { Int32($0 % 3) }
        let dataset = try Dataset(
            channels: 3, height: 40, width: 40, images: bytes, labels: labels, classNames: Self.hostile)
        var classes = ClassEvaluation(classes: 3)
        classes.samples = count
        var answers: [SampleAnswer] = []
        for (sample, label) in labels.enumerated() {
            let answer = (Int(label) + 1) % 3
            classes.confusion[Int(label)][answer] += 1
            answers.append(
                SampleAnswer(
                    sample: sample, label: Int(label), answer: answer, probability: 0.9,
                    loss: 2 + Double(sample) / 1_000))
        }
        return (DetailedEvaluation(evaluation: .classes(classes), answers: answers), dataset)
    }

    private func report(_ detailed: DetailedEvaluation, _ dataset: Dataset) throws -> String {
        let graph = try Pipeline([ExplicitParameters()]).run(
            Model(
                graph: Graph.parse(
                    """
                    model test
                    input image: f32[N, 3, 40, 40]
                    conv1 = conv2d(image, filters: 4, kernel: 3, padding: 1)
                    act1 = relu(conv1)
                    sum = add(act1, conv1)
                    flat = flatten(sum)
                    logits = dense(flat, units: 3)
                    output probabilities = softmax(logits)
                    """))
        ).graph
        return RunReport(
            model: Self.hostile[0], subtitle: Self.hostile[1], history: [], epochs: 3,
            repetition: Repetition(command: [Self.hostile[1]], facts: [(Self.hostile[0], Self.hostile[1])]),
            evaluation: EvaluationSections(detailed, of: dataset, names: Self.hostile, set: "the test set"),
            graph: GraphSection(graph, layers: Layers(graph, explicit: graph))
        ).page.text
    }

    @Test func aReportOfHostileNamesIsSmallAndHarmless() throws {
        let (detailed, dataset) = try evaluation()
        let page = try report(detailed, dataset)
        #expect(page.utf8.count < 1 << 20)
        #expect(!page.contains("<script>alert") && !page.contains("<img"))
        #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        for part in ["http://", "https://", "src=x onerror=alert(1)>"] { #expect(!page.contains(part), "\(part)") }
        // Noise can't be compressed: the pictures became smaller.
        #expect(page.count(of: "data:image/png;base64,") == 1 && page.count(of: "class=\"picture\"") >= 20)
        // Each is closed that is opened.
        for element in ["section", "svg", "g", "table", "div", "text", "details", "li", "ol", "figure"] {
            let opened = page.count(of: "<\(element)>") + page.count(of: "<\(element) ")
            #expect(opened == page.count(of: "</\(element)>"), "\(element)")
        }
        // Links lead to what is there.
        for target in page.components(between: "href=\"#", and: "\"") {
            #expect(page.contains("id=\"\(target)\""), "\(target)")
        }
    }

    @Test func namesThatAreNotSeenHaveSigns() throws {
        let evaluation = DetailedEvaluation(evaluation: .classes(ClassEvaluation(classes: 5)), answers: [])
        let empty = EvaluationSections(evaluation, of: try Self.one, names: [" ", "\n", "a b", ""], set: "")
        #expect(empty.names == ["␣", "⏎", "a b", "3", "4"])
        #expect(empty.sections.map(\.identifier) == ["confusion", "classes"])
    }

    /// A sample.
    private static var one: Dataset {
        get throws {
            try Dataset(channels: 1, height: 1, width: 1, images: [0], labels: [0], classNames: ["a"])
        }
    }

    @Test func theWorstComeFirst() throws {
        let (detailed, dataset) = try evaluation()
        let sections = EvaluationSections(detailed, of: dataset, names: Self.hostile, set: "the test set")
        #expect(sections.mistakes.map(\.sample) == Array((980..<1_000).reversed()))
        let pairs = sections.worstPairs
        #expect(pairs.map(\.count) == [334, 333, 333])
        #expect(pairs[0].pair == .init(label: 0, answer: 1) && pairs[0].answers[0].sample == 999)
        #expect(sections.sections.map(\.identifier) == ["confusion", "classes", "most-wrong"])
    }

    /// What one instruction computes together is one box, with the cost of it.
    @Test func layersThatAreComputedTogetherAreOne() throws {
        let graph = try Graph.parse(
            """
            model test
            input image: f32[N, 1, 8, 8]
            conv1 = conv2d(image, filters: 4, kernel: 3, padding: 1)
            act1 = relu(conv1)
            pool1 = max_pool2d(act1, window: 2)
            flat = flatten(pool1)
            output logits = dense(flat, units: 3)
            """)
        let alone = ComputedLayers(graph, nil)
        #expect(alone.groups.map(\.members) == [[0], [1], [2], [3], [4]])
        var times = LayerTimes.testing(["pool1": 3e-6, "logits": 1e-6])
        let together = ComputedLayers(graph, times)
        #expect(together.groups.map(\.members) == [[0, 1, 2], [3, 4]])
        #expect(together.groups.map { $0.cost?.seconds } == [3e-6, 1e-6])
        let section = GraphSection(graph, layers: Layers(graph, explicit: graph), times: times).section
        let text = section.content.map(\.text).joined()
        #expect(text.contains("conv1 · act1 · pool1") && text.contains("3.00 µs · 75 % · 0 B"))
        times = .testing([:])
        #expect(ComputedLayers(graph, times).groups.count == 1)
    }

    @Test func rowsOfAGraphGoDownward() {
        let edges = [(0, 1), (0, 2), (1, 3), (2, 3), (0, 3)].map { (from: $0.0, to: $0.1) }
        let layout = GraphLayout(count: 4, edges: edges)
        #expect(layout.places.map(\.row) == [0, 1, 1, 2] && layout.rows == 3)
        #expect(layout.places[2].middle - layout.places[1].middle >= GraphLayout.boxWidth)
        #expect(layout.places[0].middle == layout.places[3].middle)
        #expect(layout.places.allSatisfy { $0.middle >= GraphLayout.boxWidth / 2 && $0.middle <= layout.width })
    }

    @Test func aCommandIsInLinesThatAShellTakes() {
        let words = ["apus-train", "x.graph", "--data", "digits"] + (0..<12).flatMap { ["--option", "'value \($0)'"] }
        let lines = Repetition(command: words, facts: []).lines.split(separator: "\n")
        #expect(lines.count == 4 && lines.allSatisfy { $0.count <= 94 })
        #expect(lines[0].hasPrefix("apus-train x.graph --data digits --option 'value 0'"))
        #expect(
            lines.dropLast().allSatisfy { $0.hasSuffix(" \\") }
                && lines.dropFirst().allSatisfy { $0.hasPrefix("    --option") })
    }

    @Test func runsAreComparedByWhatDiffers() {
        #expect(Comparison.names(["a/b", "c/d"]) == ["b", "d"])
        #expect(Comparison.names(["a/run", "c/run/"]) == ["a/run", "c/run"])
        #expect(Comparison.names(["a", "a"]) == ["1: a", "2: a"])
    }
}

extension LayerTimes {
    /// Times of instructions, in seconds for a sample.
    static func testing(_ seconds: [String: Double]) -> LayerTimes {
        LayerTimes(costs: seconds.mapValues { Cost(seconds: $0, bytes: 0) }, samples: 10)
    }
}
