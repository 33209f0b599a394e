import ApusInstructions
import ApusPlan
import ApusRuntime

/// One instruction of a model's plan, run by itself on memory of its own: the kernel without the plan around it.
public struct KernelCase: Sendable {
    /// `convolution.conv1.16.mnist-cnn`: the kernel, the value it makes, its number in the plan, and the model.
    public let name: String
    private let instruction: Instruction
    private let target: Target
    private let samples: Int

    /// Every kernel that the models' plans use, with all the different parameters that they use it with. Of all but the first
    /// model only what multiplies and adds.
    public static let all: [KernelCase] = {
        var seen: Set<[UInt8]> = []
        return BenchmarkModel.all.enumerated().flatMap { number, model in
            BenchmarkModel.Work.allCases.flatMap { work -> [KernelCase] in
                guard model.does(work), let plan = try? model.plan(work, batch: 32).plan else { return [] }
                let body = plan.bodyParts.map { part in
                    (Array(plan.body[part.range]), part.isCombination ? 1 : plan.microBatch)
                }
                let stages = [(plan.prologue, 1)] + body + [(plan.epilogue, 1)]
                let all = stages.flatMap { stage, samples in stage.map { ($0, samples) } }
                return all.enumerated().compactMap { index, entry in
                    let (instruction, samples) = entry
                    guard number == 0 || instruction.multiplyAdds > 0,
                        seen.insert(key(of: instruction, samples: samples)).inserted
                    else { return nil }
                    return KernelCase(
                        name: "\(instruction.opcode).\(safe(instruction.label)).\(index).\(model.name)",
                        instruction: instruction, target: plan.target, samples: samples)
                }
            }
        }
    }()

    private static func key(of instruction: Instruction, samples: Int) -> [UInt8] {
        unsafe withUnsafeBytes(of: (Int(instruction.opcode.rawValue), samples)) { unsafe Array($0) }
            + instruction.parameters
    }

    /// The label with nothing in it that a shell or a file name minds.
    private static func safe(_ label: String) -> String {
        String(label.map { $0.isLetter || $0.isNumber || $0 == "." ? $0 : "-" })
    }

    public func prepare() throws -> any PreparedRun {
        try PreparedKernel(instruction, target: target, samples: samples)
    }
}

/// A kernel with memory for each of its operands.
@safe
private final class PreparedKernel: PreparedRun {
    private let kernel: Kernel
    private let operands: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    private let parameters: UnsafeMutableRawPointer
    private let samples: Int
    private var blocks: [UnsafeMutableRawPointer] = unsafe []

    init(_ instruction: Instruction, target: Target, samples: Int) throws {
        unsafe kernel = try Processor.kernel(for: instruction.opcode, on: target)
        self.samples = samples * instruction.repeats
        let extents = try instruction.extents(samples: samples, lanes: target.lanes)
        unsafe parameters = .allocate(byteCount: max(16, instruction.parameters.count), alignment: 16)
        unsafe parameters.copyMemory(from: instruction.parameters, byteCount: instruction.parameters.count)
        unsafe operands = .allocate(capacity: max(1, extents.count))
        unsafe operands.initialize(repeating: nil, count: max(1, extents.count))
        for (index, (operand, extent)) in zip(instruction.operands, extents).enumerated() where operand.arena != .none {
            let size = extent.bytes.count.roundedUp(to: 64)
            let block = UnsafeMutableRawPointer.allocate(byteCount: size + 64, alignment: 64)
            unsafe block.initializeMemory(as: UInt8.self, repeating: 0, count: size + 64)
            if operand.arena == .arguments {
                unsafe block.initializeMemory(as: RunArguments.self, repeating: RunArguments(), count: 1)
            } else if extent.elementBytes == 4, extent.name != "labels" {
                let elements = extent.bytes.count / 4
                // Squares are what second moments are, and a variance.
                let numbers = testNumbers(elements).map { instruction.opcode == .adam ? $0 * $0 : $0 }
                unsafe block.initializeMemory(as: Float.self, from: numbers, count: elements)
            }
            unsafe blocks.append(block)
            unsafe operands[index] = unsafe block - extent.bytes.lowerBound
        }
    }

    deinit {
        unsafe blocks.forEach { unsafe $0.deallocate() }
        unsafe operands.deallocate()
        unsafe parameters.deallocate()
    }

    func run() { unsafe kernel(operands, parameters, samples) }
}
