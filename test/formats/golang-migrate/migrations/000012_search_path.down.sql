DROP VIEW public.team_sizes;
