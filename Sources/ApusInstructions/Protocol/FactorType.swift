/// What an instruction multiplies and adds up: the less bits factors have, the more a processor does of them at a time.
package enum FactorType: Sendable, Hashable, CaseIterable {
    case f32
    /// Bytes, with sums that are integers.
    case bytes
    /// Numbers of bf16, with sums of f32.
    case bfloat16
}
