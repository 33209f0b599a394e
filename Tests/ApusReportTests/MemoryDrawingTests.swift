import ApusCompiler
import ApusPlan
import ApusReport
import Testing

@Suite("Drawings of arenas")
struct MemoryDrawingTests {
    private let requests = [
        BufferRequest(size: 128, firstUse: 0, lastUse: 1), BufferRequest(size: 64, firstUse: 1, lastUse: 3),
        BufferRequest(size: 100, firstUse: 2, lastUse: 3),
    ]
    private let names = ["image", "a<b>&\"c\"", "evil\u{1b}[2J\nname"]

    private var drawing: MemoryDrawing {
        get throws {
            let plan = MemoryPlan(
                offsets: [0, 128, 0], size: 192, lowerBound: 192, isOptimal: true, searchNodes: 0)
            return MemoryDrawing(title: "Test", names: names, requests: requests, plan: plan)
        }
    }

    @Test func textShowsEachBufferWhereItLies() throws {
        let expected = """
            Test: 192 B for 3 buffers: the lower bound, so none is smaller

            160 |..bbbbbb
            128 |..bbbbbb
             96 |aaaa....
             64 |aaaacccc
             32 |aaaacccc
              0 |aaaacccc
                +--------
                 0      3

            a  image         128 B    at 0  instructions 0 to 1
            b  a<b>&"c"       64 B  at 128  instructions 1 to 3
            c  evil�[2J�name  100 B    at 0  instructions 2 to 3

            """
        let text = try drawing.text(width: 8, height: 6)
        #expect(text.split(separator: "\n").prefix(8) == expected.split(separator: "\n").prefix(8))
        #expect(text.contains("b  a<b>&\"c\""))
        #expect(text.contains("100 B    at 0  instructions 2 to 3"))
        #expect(!text.contains("\u{1b}"))
        #expect(text.hasSuffix("\n"))
    }

    @Test func longArenasAreDrawnInTheWidthGiven() {
        let requests = (0..<500).map { BufferRequest(size: 64, firstUse: $0, lastUse: $0 + 1) }
        let plan = MemoryPlan(
            offsets: (0..<500).map { $0 % 2 * 64 }, size: 128, lowerBound: 128, isOptimal: true, searchNodes: 0)
        let lines = MemoryDrawing(names: [], requests: requests, plan: plan).text(width: 60, height: 2)
            .split(separator: "\n")
        #expect(lines[1].count == "64 |".count + 60)
        #expect(!lines[1].contains("."))
    }

    @Test func svgHasARectangleATooltipAndTheBound() throws {
        let svg = try drawing.svg()
        #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\""))
        #expect(svg.hasSuffix("</svg>\n"))
        #expect(svg.count(of: "class=\"block c") == 3)
        #expect(svg.contains("<title>image: 128 B at 0, instructions 0 to 1</title>"))
        #expect(svg.contains("<title>a&lt;b&gt;&amp;&quot;c&quot;: 64 B at 128, instructions 1 to 3</title>"))
        #expect(svg.contains("lower bound 192 B"))
        #expect(svg.contains("prefers-color-scheme: dark"))
        #expect(!svg.contains("\u{1b}"))
        // As many elements are closed as opened.
        for element in ["g", "title", "text", "style", "svg"] {
            #expect(
                svg.count(of: "<\(element)>") + svg.count(of: "<\(element) ")
                    == svg.count(of: "</\(element)>"), "\(element)")
        }
    }

    @Test func unprovenPlansSaySo() throws {
        let plan = MemoryPlan(
            offsets: [0, 128, 192], size: 12_345, lowerBound: 192, isOptimal: false, searchNodes: 5)
        let text = MemoryDrawing(names: names, requests: requests, plan: plan).text()
        #expect(
            text.hasPrefix(
                "Activations: 12,345 B for 3 buffers, not proven to be the minimum; the lower bound is 192 B\n"))
    }

    @Test func anEmptyArenaAndAHugeOneAreDrawnToo() {
        let none = MemoryPlan(offsets: [], size: 0, lowerBound: 0, isOptimal: true, searchNodes: 0)
        let empty = MemoryDrawing(names: [], requests: [], plan: none)
        #expect(empty.text(width: 0, height: 0).contains("0 B for 0 buffers"))
        #expect(empty.svg().contains("</svg>"))
        var plan = Plan(name: "huge", target: .baseline, batchBound: 1, microBatch: 1)
        plan.activationBytes = 1 << 48
        plan.activationBound = 1 << 40
        plan.buffers = [
            BufferPlacement(name: "x", offset: 0, size: 1 << 48, firstUse: 0, lastUse: 1 << 48),
            BufferPlacement(name: "y", offset: 7, size: 0, firstUse: 1 << 47, lastUse: 3),
        ]
        #expect(MemoryDrawing(plan).text().contains("281,474,976,710,656 B"))
        #expect(MemoryDrawing(plan).svg().contains("</svg>"))
    }
}
