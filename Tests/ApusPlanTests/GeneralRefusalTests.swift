import ApusInstructions
import InstructionSamples
import Testing

/// What general instructions refuse, field by field.
@Suite("Refused fields of general instructions")
struct GeneralRefusalTests {
    private static let strides: Eight = (0, 0, 0, 0, 0, 12, 4, 1)

    /// Why a `map` is refused after a change; "right" where it isn't.
    private func map(
        _ steps: [MapStep] = [MapStep(.add, first: 0, second: 1, result: 2)], trailing: [UInt8] = [],
        _ change: (inout MapParameters) -> Void = { _ in }
    ) -> String {
        let operand = MapOperand(strides: Self.strides, sampleStride: 24)
        var map = MapParameters(
            extents: (1, 1, 1, 1, 1, 2, 3, 4), computeType: .float32, sourceCount: 2, stepCount: steps.count,
            destination: operand)
        map.sources.0 = operand
        map.sources.1 = operand
        change(&map)
        return refusal(MapInstruction.self, bytes(of: map) + steps.flatMap { bytes(of: $0) } + trailing)
    }

    private func refusal(_ kind: any InstructionDefinition.Type, _ parameters: [UInt8]) -> String {
        do throws(ParameterError) {
            _ = try kind.init(ParameterBytes(parameters), lanes: 8)
            return "right"
        } catch {
            return error.description
        }
    }

    @Test func mapsLoops() {
        #expect(map() == "right")
        #expect(map { $0.extents.5 = -1 } == "an extent is below zero")
        #expect(map { ($0.extents.0, $0.extents.1) = (1 << 16, 1 << 16) } == "the extents are more than 2^31 elements")
        #expect(map { ($0.extents.5, $0.sources.0.strides.5) = (1 << 20, 1 << 29) }.contains("reaches beyond 2^48"))
        #expect(map { $0.destination.strides.5 = .max } == "right")
    }

    @Test func mapsDestination() {
        let twice = "the destination's strides write an element more than once"
        #expect(map { $0.destination.strides.7 = 0 } == twice)
        #expect(map { $0.destination.strides.6 = 3 } == twice)
        #expect(map { $0.destination.strides.5 = -4 } == twice)
        #expect(map { $0.destination.strides.6 = -4 } == "right")
        // A loop that runs once writes nothing twice, and sources may be read as often as one likes.
        #expect(map { $0.destination.strides.0 = 0 } == "right")
        #expect(map { $0.sources.0.strides = (0, 0, 0, 0, 0, 0, 0, 0) } == "right")
    }

    @Test func mapsTypes() {
        #expect(map { $0.computeType = 3 } == "3 is no compute type")
        #expect(map { $0.sources.1.type = 13 } == "13 is no element type: that of the source 1")
        #expect(map { $0.destination.type = -1 } == "-1 is no element type: that of the destination")
        // What no source is may say what it likes.
        #expect(map { $0.sources.2.type = 99 } == "right")
    }

    @Test func mapsCounts() {
        #expect(map { $0.sourceCount = 9 } == "the number of sources is 9, not from 0 to 8")
        #expect(map { $0.sourceCount = -1 } == "the number of sources is -1, not from 0 to 8")
        #expect(map { $0.stepCount = 2 } == "2 steps are announced, and 1 follow")
        #expect(map([]) { $0.sourceCount = 0 } == "there are neither sources nor steps")
        #expect(map([]) == "right")
        #expect(map(trailing: [0]).contains("bytes"))
    }

    @Test func mapsSteps() {
        var unknown = MapStep(.add, result: 2)
        unknown.operation = 55
        #expect(map([unknown]) == "step 0: 55 is no operation")
        #expect(
            map([MapStep(.bitAnd, first: 0, second: 1, result: 2)]) == "step 0: bitAnd is not computed in float32")
        #expect(
            map([MapStep(.exponential, first: 0, result: 2)]) { $0.computeType = ComputeType.int64.rawValue }
                == "step 0: exponential is not computed in int64")
        for step in [
            MapStep(.add, first: 2, second: 1, result: 3), MapStep(.add, first: 0, second: 2, result: 3),
            MapStep(.select, first: 0, second: 1, third: 2, result: 3),
        ] {
            #expect(map([step]) == "step 0 reads register 2, which holds nothing")
        }
        #expect(
            map([MapStep(.add, first: -1, second: 1, result: 3)]) == "step 0 reads register -1, which holds nothing")
        #expect(map([MapStep(.add, first: 0, second: 16, result: 3)]).hasPrefix("step 0 reads register 16"))
        #expect(map([MapStep(.negate, first: 0, result: 16)]) == "step 0's result is 16, not from 0 to 15")
        #expect(map([MapStep(.negate, first: 0, result: -1)]) == "step 0's result is -1, not from 0 to 15")
        #expect(map([MapStep(indexAlong: 8, result: 2)]) == "step 0: there is no loop 8")
        #expect(map([MapStep(indexAlong: 7, result: 2)]) == "right")
        // Kernels look up three registers for each step, whether or not it reads them.
        #expect(
            map([MapStep(.negate, first: 0, third: 16, result: 2)]) == "step 0's third register is 16, not from 0 to 15"
        )
        #expect(
            map([MapStep(.negate, first: 0, second: -1, result: 2)])
                == "step 0's second register is -1, not from 0 to 15")
        // A register that was written may be read, and one that is not an operand of the step may hold nothing.
        #expect(map([MapStep(constant: 1, result: 9), MapStep(.negate, first: 9, second: 14, result: 2)]) == "right")
    }

    /// A register that nothing was written to has no memory: a program of one step would read beyond the kernel's own.
    @Test func elementwiseSteps() {
        func elementwise(sources: Int = 1, _ steps: ElementwiseStep...) -> String {
            let program = ElementwiseParameters(
                count: 10, steps: steps.count, sources: sources, destinationStride: 10)
            return refusal(ElementwiseInstruction.self, bytes(of: program) + steps.flatMap { bytes(of: $0) })
        }
        #expect(elementwise(ElementwiseStep(.negate, first: 0, second: 9, result: 3)) == "right")
        #expect(elementwise(sources: 0, ElementwiseStep(.constant, first: 4, result: 3)) == "right")
        #expect(
            elementwise(ElementwiseStep(.constant, result: 1), ElementwiseStep(.add, first: 1, result: 1)) == "right")
        #expect(
            elementwise(sources: 0, ElementwiseStep(.negate, result: 3))
                == "negate reads register 0, which holds nothing")
        #expect(
            elementwise(ElementwiseStep(.gelu, first: 1, result: 0)) == "gelu reads register 1, which holds nothing")
        #expect(
            elementwise(ElementwiseStep(.add, first: 0, second: 7, result: 0))
                == "add reads register 7, which holds nothing")
        #expect(elementwise(ElementwiseStep(.negate, second: 16, result: 0)) == "a register is 16")
    }

    /// Where there is no place there is no nearest one either.
    @Test func scattersIntoNothing() {
        func scatter(takesNearest: Bool, extent: Int, count: Int = 3) -> String {
            var parameters = IndexParameters.slices(outer: 2, axis: extent, inner: 4, count: count)
            parameters.takesNearest = takesNearest ? 1 : 0
            return refusal(ScatterInstruction.self, bytes(of: parameters))
        }
        #expect(scatter(takesNearest: true, extent: 5) == "right")
        #expect(scatter(takesNearest: false, extent: 0) == "right")
        #expect(scatter(takesNearest: true, extent: 0, count: 0) == "right")
        #expect(
            scatter(takesNearest: true, extent: 0)
                == "an indexed extent is 0, which has no nearest place for what is out of range")
    }

    /// Elements that are kept are written once each; those with a stride of 0 are joined.
    @Test func reductionsThatWriteTwice() {
        func reduce(_ destination: Int...) -> String {
            let parameters = ReductionParameters(
                .sum, extents: EightDimensions(innermost: [2, 3, 4], padding: 1),
                sourceStrides: EightDimensions(innermost: [12, 4, 1], padding: 0),
                destinationStrides: EightDimensions(innermost: destination, padding: 0), sourceSampleStride: 24,
                destinationSampleStride: 12)
            return refusal(ReduceInstruction.self, bytes(of: parameters))
        }
        let twice = "the destination's strides write an element more than once"
        #expect(reduce(4, 0, 1) == "right")
        #expect(reduce(-4, 0, 1) == "right")
        #expect(reduce(0, 0, 0) == "right")
        #expect(reduce(3, 0, 1) == twice)
        #expect(reduce(1, 0, 1) == twice)
        #expect(reduce(1, 2, 0) == "right")
        #expect(reduce(1, 1, 0) == twice)
    }

    @Test func broadcastsThatWriteTwice() {
        var loops = BroadcastParameters(operation: .add)
        loops.extents = (1, 1, 1, 1, 3, 4)
        loops.destinationStrides = (0, 0, 0, 0, 4, 1)
        #expect(refusal(BroadcastInstruction.self, bytes(of: loops)) == "right")
        loops.destinationStrides.4 = 3
        #expect(
            refusal(BroadcastInstruction.self, bytes(of: loops))
                == "the destination's strides write an element more than once")
    }
}
