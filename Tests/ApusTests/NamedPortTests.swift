import Apus
import ApusPlan
import Testing

@Suite("Ports by name")
struct NamedPortTests {
    private let x: [Float] = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    private let y: [Float] = [10, 20, 30]

    /// What the session says of a question.
    private func message(_ inputs: [String: any PortInput], _ plan: Plan = sharedPortPlan()) throws -> String {
        var session = try Session(plan)
        do {
            _ = try session.run(inputs)
            return "answered"
        } catch {
            return error.description
        }
    }

    @Test(arguments: [1, 2, 3]) func samplesShareWhatHasNoBatch(threads: Int) throws {
        var session = try Session(sharedPortPlan(), threads: threads)
        let answers = try session.run(["x": x, "y": y])
        let sum: [Float] = [11, 22, 33, 14, 25, 36, 17, 28, 39]
        #expect(answers["sum"] == ShapedArray(sum, shape: [3, 3]))
        #expect(answers["twice"] == ShapedArray([20, 40, 60] as [Float]))
        #expect(answers.count == 2)
    }

    @Test func aShapeIsThePortsOrLeftOut() throws {
        #expect(try message(["x": ShapedArray(x, shape: [3, 3]), "y": ShapedArray(y)]) == "answered")
        // Of [3*N] a sample has [3].
        #expect(try message(["x": ShapedArray(x, shape: [9]), "y": y]) == "answered")
        #expect(
            try message(["x": ShapedArray(x, shape: [1, 9]), "y": y])
                == "'x' is f32[N, 3] and was given the shape [1, 9]; give it that shape, N being the number of samples, "
                + "or leave the shape out")
    }

    @Test func errorsSayWhatToDo() throws {
        #expect(
            try message(["x": x, "y": y, "sun": y])
                == "the plan has no port 'sun'; it has x: f32[N, 3], y: f32[3]")
        #expect(
            try message(["x": x]) == "nothing is given for 'y'; every input needs a value, and every output room for it"
        )
        #expect(
            try message(["x": x.map(Double.init), "y": y])
                == "'x' is f32 and was given f64; give an array or span of Float")
        #expect(
            try message(["x": [1, 2] as [Float], "y": y])
                == "'x' takes 3 elements and was given 2; give whole samples, as many for all ports")
        #expect(
            try message(["x": x, "y": x])
                == "'y' takes 3 elements and was given 9; give whole samples, as many for all ports")
        var renamed = sharedPortPlan()
        renamed.inputs[0].name = "image"
        #expect(try message(["imgae": x, "y": y], renamed) == "the plan has no port 'imgae'; did you mean 'image'?")
    }

    @Test func spansAreBoundOnceAndServeAnyNumberOfRuns() throws {
        let plan = sharedPortPlan()
        var session = try Session(plan)
        var (sum, twice) = ([Float](repeating: 0, count: 9), [Float](repeating: 0, count: 3))
        var bindings = try PortBindings(plan, batch: 3)
        try bindings.bind("x", to: x.span)
        try bindings.bind("y", to: y.span)
        try bindings.bind("sum", to: sum.mutableSpan)
        try bindings.bind("twice", to: twice.mutableSpan)
        try session.run(bindings)
        try session.run(bindings)
        #expect(sum == [11, 22, 33, 14, 25, 36, 17, 28, 39])
        #expect(twice == [20, 40, 60])
    }

    @Test func wrongSpansAreRefused() throws {
        let plan = sharedPortPlan()
        var session = try Session(plan)
        var bindings = try PortBindings(plan, batch: 3)
        var message = ""
        do throws(SessionError) { try bindings.bind("x", to: y.span) } catch { message = error.description }
        #expect(message == "'x' takes 9 elements and was given 3; give whole samples, as many for all ports")
        let whole = [Int32](repeating: 0, count: 9)
        do throws(SessionError) { try bindings.bind("x", to: whole.span) } catch { message = error.description }
        #expect(message == "'x' is f32 and was given i32; give an array or span of Float")
        try bindings.bind("x", to: x.span)
        do throws(SessionError) { try bindings.bind("x", to: x.span) } catch { message = error.description }
        #expect(message == "'x' has a span already; begin with new bindings to use others")
        do throws(SessionError) { try session.run(bindings) } catch { message = error.description }
        #expect(message == "nothing is given for 'y'; every input needs a value, and every output room for it")
        #expect(throws: SessionError.batchOutOfRange(batch: 0, bound: Int(Int32.max))) {
            _ = try PortBindings(plan, batch: 0).batch
        }
    }

    @Test func tasksAreAnsweredInTurn() async throws {
        let session = try AsyncSession(sharedPortPlan(), threads: 2)
        try await withThrowingTaskGroup(of: (Int, [Float]?).self) { group in
            for number in 0..<50 {
                group.addTask {
                    let x = [Float](repeating: Float(number), count: 6)
                    let answers = try await session.answer(["x": x, "y": [1, 2, 3] as [Float]])
                    return (number, try answers["sum"]?.elements(as: Float.self))
                }
            }
            for try await (number, sum) in group {
                let one = [1, 2, 3].map { Float(number) + $0 }
                #expect(sum == one + one)
            }
        }
        await #expect(throws: SessionError.missingPort("x")) {
            _ = try await session.answer(["y": [1, 2, 3] as [Float]])
        }
    }
}
