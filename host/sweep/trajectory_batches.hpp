#pragma once

// From the pixels of a plane to what a mapper computes, and back.
//
// A mapper computes maps of one window (b, w) that differ in their points. The trajectories of a tile of a group of points
// are the product of some values of every axis, whether it is in the plane or not. So they are such maps: the values of w
// and b are the window, and each combination of the values of all other axes is a map. Only the order differs: a sink wants
// [point][y][x], a mapper gives [map][b][w].

#include <cstddef>
#include <cstdint>
#include <vector>

#include "deadcone/mapper.hpp"
#include "deadcone/sweep_maps.hpp"

namespace deadcone {

/// Trajectories for a mapper to compute at once.
struct TrajectoryBatch {
  MapBatch maps;
  Tile tile;         ///< of their window
  PixelList listed;  ///< of the tiles of the maps; none: all pixels
  /// The numbers [point][y][x] of the results in their order; none: they are all, in that order.
  std::vector<std::int32_t> places;

  /// Whether its results are those of so many points as they are: a map is a point.
  bool has_maps_of(std::int64_t points) const { return places.empty() && maps.count() == points; }
};

/// The trajectories of a group of points. The sweep and its maps outlive this.
class GroupTrajectories {
 public:
  GroupTrajectories(SweepMaps& maps, const PointRun& points);

  /// All trajectories of a tile of the plane, in batches of one geometry, whose maps are few enough that their constants
  /// take little memory.
  std::vector<TrajectoryBatch> of_tile(const Tile& tile);
  /// Those of some pixels of it, by number [point][y][x], in batches of one geometry.
  std::vector<TrajectoryBatch> of_pixels(const Tile& tile, const PixelList& pixels);

  /// The map of one of the points by its place among them, where the plane is of starts: a batch that has it, and its
  /// number there.
  struct MapOfBatch {
    MapBatch maps;
    std::int64_t number;
  };
  MapOfBatch map_of(std::int64_t place);

 private:
  struct Box;
  /// Maps of one geometry, by their combinations of values.
  struct Part {
    MapBatch maps;
    std::vector<std::int64_t> combinations;
  };

  Box box_of(const Tile& tile) const;
  Window window_of(const Box& box) const;
  /// The maps of some combinations, or of all; one part, or two where some are planar and some are not.
  std::vector<Part> parts_at(const std::vector<std::int64_t>& combinations, const Box& box);
  std::vector<Part> all_parts(const Box& box);
  /// All of them where every tile has the same.
  const std::vector<Part>& kept_parts(const Box& box);
  static TrajectoryBatch whole_batch(const Part& part, const Box& box, bool is_alone);

  SweepMaps* maps_;
  const Sweep* sweep_;
  PointRun points_;
  bool has_points_in_plane_;  ///< the plane has an axis that is none of the window: tiles have maps of their own
  std::vector<Part> parts_;   ///< the kept ones; none until they are asked for
};

/// Puts the results of a batch that has places into those of all `trajectories` of its tile.
void put_in_place(const TileResult& part, const std::vector<std::int32_t>& places, std::size_t trajectories,
                  TileResult& whole);

/// Counts the results of all trajectories of so many points, which have updates; then drops those where `fields` has none.
void count_by_point(TileResult& result, std::int64_t points, const Fields& fields);

/// Computes one tile of the map of a single point, with none on its way, as Mapper::map() does for a window.
void map_tile(GroupTrajectories& of_point, const Tile& tile, const Fields& fields, Mapper& mapper, Meter& meter,
              TileResult& result);

}  // namespace deadcone
