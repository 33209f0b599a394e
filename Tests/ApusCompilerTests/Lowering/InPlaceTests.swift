import ApusGraph
import ApusInstructions
import ApusPlan
import Testing

@testable import ApusCompiler

/// Results that are written over an operand that nobody reads any more.
@Suite("Results in place")
struct InPlaceTests {
    /// The operands and the result of the instruction that makes a value, as places.
    private func places(_ label: String, _ plan: Plan) throws -> (operands: [Operand], result: Operand) {
        let instruction = try #require(plan.body.first { $0.label == label })
        return (instruction.operands.dropLast(), try #require(instruction.operands.last))
    }

    @Test(arguments: [1, 3]) func resultsLieWhereTheirOperandEnds(batch: Int) throws {
        let plan = try verifiedPlan(
            """
            input x: f32[N, 40]
            a = dense(x, units: 64)
            b = softmax(a)
            c = log_softmax(b)
            output y = dense(c, units: 5)
            """, batch: batch)
        for label in ["b", "c"] {
            let places = try places(label, plan)
            #expect(places.operands == [places.result], "\(label)")
        }
        #expect(plan.buffers.filter { $0.size == batch * 64 * 4 }.count == 1)
        #expect(plan.activationBytes == plan.activationBound)
    }

    @Test func whatIsReadAgainIsNotWrittenOver() throws {
        let plan = try verifiedPlan(
            """
            input x: f32[N, 40]
            a = dense(x, units: 64)
            b = softmax(a)
            c = dense(a, units: 64)
            d = min(b, c)
            output y = dense(d, units: 5)
            """)
        let softmax = try places("b", plan)
        #expect(softmax.operands != [softmax.result])
        let last = try places("d", plan)
        #expect(last.operands[0] == last.result)
    }

    /// The second operand is repeated: elements of it are read after the first of the result are written.
    @Test func repeatedOperandsAreNotWrittenOver() throws {
        let plan = try verifiedPlan(
            """
            input x: f32[N, 64]
            input z: f32[N, 64]
            row = softmax(x)
            flat = unsqueeze(row, axes: [1])
            other = softmax(z)
            column = unsqueeze(other, axes: [2])
            sum = add(flat, column)
            output y = softmax(sum)
            """)
        let sum = try places("sum", plan)
        #expect(!sum.operands.contains(sum.result))
    }

    /// A half-width result can't lie on elements of another width.
    @Test func elementsOfAnotherWidthLieApart() throws {
        let plan = try verifiedPlan(
            """
            input x: f32[N, 64]
            a = softmax(x)
            b = cast(a, to: f16)
            c = cast(b, to: f32)
            output y = softmax(c)
            """)
        for label in ["b", "c"] {
            let places = try places(label, plan)
            #expect(!places.operands.contains(places.result), "\(label)")
        }
    }

    /// Chains of results in place are one buffer, from the first to the last.
    @Test func liveRangesAreJoined() throws {
        let elements = ElementwiseParameters(count: 16, steps: 1, sources: 1, destinationStride: 16)
        let step = ElementwiseStep(.negate, first: 0, result: 1)
        func call(_ source: Place, _ result: Place) -> PendingInstruction {
            PendingInstruction(
                opcode: .elementwise, operands: [source, result], parameters: bytes(of: elements) + bytes(of: step),
                label: "", multiplyAdds: 0)
        }
        let (a, b, c) = (Place.activation(buffer: 0), Place.activation(buffer: 1), Place.activation(buffer: 2))
        let body = [call(.fixed(Operand(.input)), a), call(a, b), call(b, c), call(c, .fixed(Operand(.output)))]
        var lives = BufferLives(body, sizes: [64, 64, 64])
        lives.shareMemory(body, samples: 1, lanes: 8)
        #expect(lives.owners == [0])
        #expect((0...2).map { lives.host(of: $0) } == [0, 0, 0])
        #expect(lives.first[0] == 0 && lives.last[0] == 3)
        // Room for more is not given away, nor a place inside of it.
        var larger = BufferLives(body, sizes: [64, 128, 64])
        larger.shareMemory(body, samples: 1, lanes: 8)
        #expect(larger.owners == [0, 1, 2])
        let moved = [body[0], call(a, .activation(buffer: 1, offset: 4)), call(b, c), body[3]]
        var inside = BufferLives(moved, sizes: [64, 64, 64])
        inside.shareMemory(moved, samples: 1, lanes: 8)
        #expect(inside.owners == [0, 1])
    }
}
