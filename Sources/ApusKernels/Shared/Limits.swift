import ApusInstructions

/// What results are kept within before they are stored: an activation.
///
/// What is not a number stays so: a training that diverges must show it.
struct Limits {
    /// Zero for ReLU, −infinity for no activation.
    let floor: Vector
    let ceiling: Vector
    /// Whether it is ReLU, which turns argmaxes off.
    let relu: Bool

    init(activation: Int32, floor: Float, ceiling: Float) {
        let clips = activation == Activation.clip.rawValue
        relu = activation == Activation.relu.rawValue
        self.floor = Vector(repeating: relu ? 0 : clips ? floor : -Float.infinity)
        self.ceiling = Vector(repeating: clips ? ceiling : Float.infinity)
    }

    /// No limits.
    init() { self.init(activation: Activation.none.rawValue, floor: 0, ceiling: 0) }

    @inline(__always)
    func applied(to value: Vector) -> Vector { lesser(ceiling, greater(floor, value)) }
}
