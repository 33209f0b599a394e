import ApusGraph
import Testing

@Suite("Fresh names")
struct FreshNameTests {
    @Test func theFirstFreeNumberIsTaken() throws {
        var editor = GraphEditor(name: "names")
        let type = TensorType(.f32, [4])
        var names: [String] = []
        for _ in 0..<70 {
            let name = editor.freshName("x")
            names.append(name)
            _ = try editor.addInput(name, type)
        }
        #expect(names == ["x"] + (2...70).map { "x.\($0)" })
    }

    @Test func numbersAreGoneOnWith() throws {
        var editor = GraphEditor(name: "names")
        let type = TensorType(.f32, [4])
        var names: [String] = []
        for _ in 0..<70 {
            let expected = editor.freshName("x")
            let name = editor.nextName("x")
            #expect(name == expected)
            names.append(name)
            _ = try editor.addInput(name, type)
        }
        #expect(names == ["x"] + (2...70).map { "x.\($0)" })
        // What is free again is given again.
        let last = try #require(editor.value(named: "x.70"))
        try editor.rename(last, to: "y")
        #expect(editor.nextName("x") == "x.70")
    }

    @Test func manyTakenNamesNeedFewQuestions() {
        var questions = 0
        let name = GraphEditor.freshName("x") { name in
            questions += 1
            return name == "x" || (2...10_000).contains { name == "x.\($0)" }
        }
        #expect(name == "x.10001")
        #expect(questions < 40)
    }
}
