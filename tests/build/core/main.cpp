// Makes the mapper of the CPU, which takes all of deadcone::core to link.

#include <deadcone/mapper.hpp>

int main() {
  return deadcone::make_mapper({.device = deadcone::Device::cpu}) == nullptr;
}
