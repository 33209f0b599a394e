import ApusData
import ApusGraph
import ApusPlan

/// How the plan's model wants its input; what it does not say has its default.
func inputPreparation(of plan: Plan) throws(Failure) -> InputPreparation {
    let fields = plan.preparation.map { Model.Field(name: $0.name, value: $0.value) }
    return try reporting { () throws(DataError) in try InputPreparation(fields: fields) }
}

/// Prepares numbers as training prepared those of its data: bytes are multiplied by the scale, and all are normalized.
struct NumberPreparation {
    private let preparation: InputPreparation
    private let normalizer: Normalizer
    private let sampleElements: Int

    /// Nil for a plan of several inputs, or of one that isn't f32 or has no samples, and for one that says nothing: its numbers
    /// stay as they are.
    init?(_ plan: Plan) throws(Failure) {
        guard plan.inputs.count == 1, plan.inputs[0].elementType == .f32, !plan.inputs[0].isShared,
            !plan.preparation.isEmpty
        else { return nil }
        let preparation = try inputPreparation(of: plan)
        let shape = plan.inputs[0].sampleShape
        self.preparation = preparation
        normalizer = try reporting { () throws(DataError) in try Normalizer(preparation, sampleShape: shape) }
        sampleElements = plan.inputs[0].sampleElements
    }

    /// Prepares the elements of whole samples in their place.
    func apply(to samples: inout MutableSpan<Float>) {
        guard !preparation.leavesNumbers else { return }
        normalizer.apply(to: &samples, sampleElements: sampleElements)
    }

    /// The elements of an array of whole samples. Bytes of two dimensions or more are pixels.
    func elements(of array: NPYArray, name: String) throws(DataError) -> [Float] {
        var elements = try NPY<Float>(array, name: name).elements
        if array.type == .u8, array.shape.count > 2 {
            for index in elements.indices { elements[index] *= preparation.scale }
        }
        var span = elements.mutableSpan
        apply(to: &span)
        return elements
    }
}
