extension Opcode {
    /// `up to eight sources, destination` · ``MapParameters`` and its steps
    package static let map = Opcode(rawValue: 128)
}

/// An operand of ``MapParameters``. Strides are counted in elements; those of unused loops are not read.
package struct MapOperand: Sendable, BitwiseCopyable {
    /// A ``StoredType``.
    package var type: Int32
    package var sampleStride: Int32
    package var strides: Eight
    package init(type: StoredType = .float32, strides: Eight = (0, 0, 0, 0, 0, 0, 0, 0), sampleStride: Int = 0) {
        self.type = type.rawValue
        self.sampleStride = Int32(sampleStride)
        self.strides = strides
    }
}

/// A short program for each element of eight nested loops: registers 0, 1, ... first hold the sources' elements; each step
/// writes one register; the destination gets the register that the last step wrote, or register 0 where there is no step.
///
/// Loads and stores convert. To integers, what has a fraction is truncated toward zero and what is too large becomes the nearest
/// number of the type (NaN becomes 0); integers of the compute type i64 wrap around in narrower types. To bool, what is
/// not 0 becomes 1. f16 and bf16 are rounded to the nearest, halves to even.
///
/// The destination may be one of the sources, with elements as wide and the same strides. After this structure stand the steps.
package struct MapParameters: Sendable, BitwiseCopyable {
    package typealias Sources = (
        MapOperand, MapOperand, MapOperand, MapOperand, MapOperand, MapOperand, MapOperand, MapOperand
    )
    package static let maximumSourceCount = 8

    package var extents: Eight
    /// A ``ComputeType``.
    package var computeType: Int32
    package var sourceCount: Int32
    package var stepCount: Int32
    package var destination: MapOperand
    package var sources: Sources = (
        MapOperand(), MapOperand(), MapOperand(), MapOperand(), MapOperand(), MapOperand(), MapOperand(), MapOperand()
    )

    package init(
        extents: Eight, computeType: ComputeType, sourceCount: Int, stepCount: Int, destination: MapOperand
    ) {
        self.extents = extents
        self.computeType = computeType.rawValue
        self.sourceCount = Int32(sourceCount)
        self.stepCount = Int32(stepCount)
        self.destination = destination
    }

    /// The sources that there are.
    package var usedSources: [MapOperand] {
        let all = [
            sources.0, sources.1, sources.2, sources.3, sources.4, sources.5, sources.6, sources.7,
        ]
        return Array(all.prefix(Int(sourceCount)))
    }
}

/// An element-wise program over eight loops with broadcasting strides.
package struct MapInstruction: InstructionDefinition {
    package static let opcode = Opcode.map
    package static let name = "map"

    private struct Operand: Sendable {
        var name: String
        var reach: ClosedRange<Int>
        /// Of the loops that run more than once.
        var strides: [Int]
        var sampleStride: Int
        var bytes: Int
    }
    private let sources: [Operand]
    private let destination: Operand
    private let elements: Int
    private let map: MapParameters
    private let steps: [MapStep]

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        let header = MemoryLayout<MapParameters>.size
        map = try parameters.load(MapParameters.self, trailing: parameters.bytes.count - header)
        steps = try parameters.loadList(of: MapStep.self, after: header)
        let loops = try CheckedStrides(map.extents)
        elements = loops.elements
        _ = try checked(map.sourceCount, 0...MapParameters.maximumSourceCount, "the number of sources")
        guard Int(map.stepCount) == steps.count else {
            throw ParameterError("\(map.stepCount) steps are announced, and \(steps.count) follow")
        }
        guard let type = ComputeType(rawValue: map.computeType) else {
            throw ParameterError("\(map.computeType) is no compute type")
        }
        func operand(_ operand: MapOperand, _ name: String) throws(ParameterError) -> Operand {
            guard let type = StoredType(rawValue: operand.type) else {
                throw ParameterError("\(operand.type) is no element type: that of the \(name)")
            }
            return Operand(
                name: name, reach: try loops.reach(operand.strides, name), strides: loops.running(operand.strides),
                sampleStride: Int(operand.sampleStride), bytes: type.bytes)
        }
        var sources: [Operand] = []
        for (index, source) in map.usedSources.enumerated() {
            sources.append(try operand(source, "source \(index)"))
        }
        self.sources = sources
        destination = try operand(map.destination, "destination")
        try loops.requireApart(map.destination.strides, "destination")
        try Self.check(steps, type, sources: sources.count)
    }

    /// Every step reads registers that were written before, with an operation that the compute type has.
    private static func check(_ steps: [MapStep], _ type: ComputeType, sources: Int) throws(ParameterError) {
        var isWritten = (0..<MapStep.registers).map { $0 < sources }
        for (number, step) in steps.enumerated() {
            guard let operation = MapStep.Operation(rawValue: step.operation) else {
                throw ParameterError("step \(number): \(step.operation) is no operation")
            }
            guard operation.computes(in: type) else {
                throw ParameterError("step \(number): \(operation) is not computed in \(type)")
            }
            for register in [step.first, step.second, step.third].prefix(operation.operands) {
                guard isWritten.indices.contains(Int(register)), isWritten[Int(register)] else {
                    throw ParameterError("step \(number) reads register \(register), which holds nothing")
                }
            }
            // Kernels look up all three, whether or not they use them.
            for (register, name) in [(step.first, "first"), (step.second, "second"), (step.third, "third")] {
                _ = try checked(register, 0...MapStep.registers - 1, "step \(number)'s \(name) register")
            }
            if operation == .index && step.valueBits > 7 {
                throw ParameterError("step \(number): there is no loop \(step.valueBits)")
            }
            isWritten[try checked(step.result, 0...MapStep.registers - 1, "step \(number)'s result")] = true
        }
        if steps.isEmpty && sources == 0 { throw ParameterError("there are neither sources nor steps") }
    }

    package func steps(samples: Int) -> Int? { turns(samples, elements, steps.count + sources.count + 1) }

    package func operands(samples: Int) -> [OperandExtent] {
        func extent(_ operand: Operand, _ access: OperandExtent.Access) -> OperandExtent {
            OperandExtent(
                operand.name, access,
                bytes: bytes(
                    of: operand.reach, every: operand.sampleStride, samples: samples, elementBytes: operand.bytes,
                    isEmpty: elements == 0), elementBytes: operand.bytes, isOptional: false)
        }
        return sources.map { extent($0, .read) } + [extent(destination, .write)]
    }

    package func sharedPlaces(samples: Int) -> [SharedPlace] {
        sources.indices.filter { index in
            let source = sources[index]
            return source.bytes == destination.bytes && source.strides == destination.strides
                && (samples == 1 || source.sampleStride == destination.sampleStride && source.sampleStride != 0)
        }.map { SharedPlace($0, with: sources.count) }
    }

    /// Where a step asks for the number of an iteration, the loops must begin at 0.
    package var partitions: [Partition] {
        let (whole, steps) = (map, steps)
        guard !steps.contains(where: { $0.operation == MapStep.Operation.index.rawValue }),
            let loops = LoopPartition(array(whole.extents).map { Int($0) })
        else { return [] }
        let operands = zip(whole.usedSources + [whole.destination], sources.map { $0.bytes } + [destination.bytes])
        let partition = loops.partition(strideBytes: operands.map { $1 * Int(array($0.strides)[loops.loop]) }) {
            iterations in
            var part = whole
            part.extents = replacing(loops.loop, of: whole.extents, with: iterations)
            return steps.reduce(into: ParameterBytes(part).bytes) { $0 += ParameterBytes($1).bytes }
        }
        return [partition]
    }
}
