import ApusInstructions
import Testing

@Suite struct InstructionSetTests {
    @Test func everySetHasTheVectorWidthOfItsName() {
        let lanes = InstructionSet.available.map(\.lanes)
        #expect(lanes == Array([4, 8, 16].prefix(lanes.count)))
    }
}
