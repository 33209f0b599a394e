import ApusGraph
import ApusInstructions

// Instructions that go through whole samples, on values that have several of them for each sample of the batch: `[c · N, ...]`, or
// any batch that is fixed.
extension Lowering {
    /// How often an instruction is called for each sample.
    func parts(of value: ValueID) throws(LoweringError) -> Int { try typeShape(value)[0] }

    /// Elements of a plain value from one call of an instruction to the next.
    func partStride(_ stored: Stored, of value: ValueID, _ site: Site) throws(LoweringError) -> Int32 {
        let shape = try typeShape(value)
        let elements = shape.dropFirst().reduce(1, *)
        guard shape[0] > 1 else { return Int32(stored.sampleStride) }
        guard !context.samples.isCut || stored.sampleStride == shape[0] * elements else {
            throw site.unsupported("takes no samples of several parts with gaps between them")
        }
        return Int32(elements)
    }

    /// Memory for one instruction alone, as much as the last operand of its definition may touch.
    mutating func addScratch<Definition: InstructionDefinition>(
        of definition: Definition.Type, _ parameters: some BitwiseCopyable, parts: Int, _ site: Site
    ) throws(LoweringError) -> Place {
        let instruction: Definition
        do { instruction = try Definition(ParameterBytes(parameters), lanes: lanes) } catch {
            throw site.unsupported("is too large for its instruction: \(error)")
        }
        let samples = (stage == .body ? plan.microBatch : 1) * parts
        return addScratch(
            "\(site.name) scratch", bytes: instruction.operands(samples: samples).last?.bytes.upperBound ?? 0)
    }

    /// Room for a plain result; none where nobody reads it.
    mutating func makeIfRead(
        _ value: ValueID, isOutput: Bool, _ site: Site
    ) throws(LoweringError) -> Stored? {
        guard site.context.isOutput(value) || !site.readers(of: value).isEmpty else { return nil }
        return isOutput ? try makeOutput(value) : try makeResult(value)
    }
}
