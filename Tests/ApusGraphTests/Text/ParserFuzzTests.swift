import ApusGraph
import Testing

/// Changed specs are parsed, and the parser gives a graph or errors and never traps.
@Suite struct ParserFuzzTests {
    static let fragments = [
        "(", ")", "[", "]", ",", ":", "=", "+", "-", "*", "/", ".", "#", "\n", "\r\n", "\t", "\u{0}", "é", "\u{301}",
        "🐦",
        "0", "-1", "65536", "16777216", "2147483647", "2147483648", "99999999999999999999", "1e999", "1e-999", "0.5",
        "same", "true", "inf", "nan", "N", "image", "image_size", "f32", "i32", "u8", "f32[]", "[N]", "output ",
        "gradient ", "update ", "model ", "setting ", "parameter ", "constant ", "relu(", "stride: [65536, 65536], ",
        "padding: 65536, ", "dilation: 65536, ", "groups: 16777216, ", "units: 16777216, ", "filters: 16777216, ",
        "kernel: [65536, 65536], ", "shape: [-1, 1], ", "trim: 9, ", "input: [28, 28], ",
    ]

    @Test(arguments: Repository.modelNames)
    func changedSpecsNeverTrap(_ model: String) throws {
        let spec = try Repository.spec(model)
        for (source, seed) in [(spec, UInt64(1)), (try Graph.parse(spec).text, 2)] {
            let words = Self.words(of: source)
            for round in 0..<400 {
                var random = SeededGenerator(seed: seed << 32 | UInt64(round))
                var changed = words
                for _ in 0..<Int.random(in: 1...8, using: &random) { Self.change(&changed, &random) }
                Self.check(changed.joined(), "seed \(seed << 32 | UInt64(round))")
            }
        }
    }

    /// Every operator with attributes and operands that are drawn at random.
    @Test func randomCallsNeverTrap() {
        let types = [
            "f32[N, 3, 8, 8]", "f32[N, 16777216]", "f32[N, 16, 8191, 16383]", "i32[N]", "f32[]", "f32[3, 4]",
            "u8[N, 3, 4, 4]",
        ]
        let numbers = [0, 1, 2, 3, 4, 8, 255, 65_536, 16_777_216, 2_147_483_647, -1]
        for seed in 0..<6_000 {
            var random = SeededGenerator(seed: UInt64(seed))
            func number() -> String { "\(numbers.randomElement(using: &random) ?? 0)" }
            guard let operation = OperatorCatalogue.all.randomElement(using: &random) else { return }
            let inputs = types.enumerated().map { "input x\($0.offset): \($0.element)\n" }.joined()
            var arguments = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                "x\(Int.random(in: 0..<types.count, using: &random))"
            }
            let known = operation.documentation.attributes.map(\.name) + ["kernel", "filters", "window", "units"]
            for name in Set(known).sorted() where name != "..." && Int.random(in: 0..<4, using: &random) > 0 {
                switch Int.random(in: 0..<6, using: &random) {
                case 0: arguments.append("\(name): [\(number()), \(number())]")
                case 1: arguments.append("\(name): \(Bool.random(using: &random))")
                case 2: arguments.append("\(name): 0.5")
                case 3: arguments.append("\(name): same")
                default: arguments.append("\(name): \(number())")
                }
            }
            let call = "\(operation.name)(\(arguments.joined(separator: ", ")))"
            Self.check("model m\n\(inputs)y = \(call)\nz = relu(y)\noutput x0", "seed \(seed): \(call)")
        }
    }

    @Test func hostileTextsNeverTrap() {
        let many = 100_000
        let texts = [
            String(repeating: "(", count: many), "setting x = " + String(repeating: "-", count: many) + "1",
            "setting x = " + String(repeating: "1+", count: many) + "1",
            "setting x = " + String(repeating: "(", count: many) + "1" + String(repeating: ")", count: many),
            "y = " + String(repeating: "relu(", count: many), "input x: f32[" + String(repeating: "1,", count: many),
            String(repeating: "\n", count: many), String(repeating: "a", count: many),
            String(repeating: "a.", count: many),
            "model m\ninput x: f32[N, 4]\n" + String(repeating: "a, ", count: 5_000) + "a = relu(x)",
            "model m\ninput x: f32[N, 4]\noutput " + String(repeating: "x, ", count: 5_000) + "x",
            "model m\nconstant c: f32[\(many)] = [" + String(repeating: "1e-300,", count: many) + "]",
            String(repeating: "\u{301}", count: 20_000), "# " + String(repeating: "\u{2028}", count: 20_000) + "\n;",
        ]
        for (index, text) in texts.enumerated() { Self.check(text, "text \(index)") }
    }

    /// Parses; and what parses is read back as it was printed.
    private static func check(_ source: String, _ place: String) {
        do {
            let graph = try Graph.parse(source)
            let text = graph.text
            // Not-a-number is not equal to itself, so that texts are compared as well as graphs.
            #expect(throws: Never.self, "\(place)") {
                let again = try Graph.parse(text)
                #expect(again.text == text, "\(place)")
                #expect(again == graph || text.contains("nan"), "\(place)")
            }
        } catch {
            #expect(!error.description.isEmpty)
            #expect(!error.list.isEmpty, "\(place)")
        }
    }

    private static func change(_ words: inout [String], _ random: inout SeededGenerator) {
        guard !words.isEmpty else { return }
        let place = Int.random(in: 0..<words.count, using: &random)
        let other = Int.random(in: 0..<words.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: words.remove(at: place)
        case 1: words.swapAt(place, other)
        case 2: words.insert(words[other], at: place)
        case 3: words[place] = fragments.randomElement(using: &random) ?? ""
        default: words.insert(fragments.randomElement(using: &random) ?? "", at: place)
        }
    }

    /// Names, numbers, and all other characters one by one.
    private static func words(of source: String) -> [String] {
        var words: [String] = []
        var previousIsWord = false
        for character in source {
            let isWord = character.isLetter || character.isNumber || character == "_"
            if isWord && previousIsWord {
                words[words.count - 1].append(character)
            } else {
                words.append(String(character))
            }
            previousIsWord = isWord
        }
        return words
    }
}
